#include "producer/app/cli/commands.h"

namespace utboks::app {

std::vector<std::unique_ptr<Command>> AllCommands() {
  std::vector<std::unique_ptr<Command>> all;
  for (const auto make :
       {MakeRun,     MakeEnqueue,     MakeValidate, MakeStatus,    MakeList,  MakeShow,
        MakeHold,    MakeRelease,     MakeReplay,   MakeCancel,    MakeClose, MakePause,
        MakeResume,  MakeAcknowledge, MakeEvents,   MakeReceivers, MakePurge, MakeDoctor,
        MakeSchemas, MakeBackup,      MakeMigrate,  MakeConfig,    MakePolicy}) {
    all.push_back(make());
  }
  return all;
}

}  // namespace utboks::app
