// The commands, one file each.
#pragma once

#include <memory>

#include "producer/app/cli/command.h"

namespace utboks::app {

std::unique_ptr<Command> MakeAcknowledge();
std::unique_ptr<Command> MakeBackup();
std::unique_ptr<Command> MakeCancel();
std::unique_ptr<Command> MakeClose();
std::unique_ptr<Command> MakeConfig();
std::unique_ptr<Command> MakeDoctor();
std::unique_ptr<Command> MakeEvents();
std::unique_ptr<Command> MakeReceivers();
std::unique_ptr<Command> MakeHold();
std::unique_ptr<Command> MakeList();
std::unique_ptr<Command> MakeMigrate();
std::unique_ptr<Command> MakePause();
std::unique_ptr<Command> MakePolicy();
std::unique_ptr<Command> MakePurge();
std::unique_ptr<Command> MakeRelease();
std::unique_ptr<Command> MakeReplay();
std::unique_ptr<Command> MakeResume();
std::unique_ptr<Command> MakeSchemas();
std::unique_ptr<Command> MakeShow();
std::unique_ptr<Command> MakeStatus();
std::unique_ptr<Command> MakeRun();
std::unique_ptr<Command> MakeEnqueue();
std::unique_ptr<Command> MakeValidate();

}  // namespace utboks::app
