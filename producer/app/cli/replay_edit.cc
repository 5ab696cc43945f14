#include "producer/app/cli/replay_edit.h"

#include <utility>

#include "producer/app/attachment_files.h"
#include "producer/app/cli/answer.h"
#include "producer/app/document_file.h"
#include "producer/intake/acceptor.h"

namespace utboks::app {

Result<int> ReplaceMessage(Parts& parts, const Edit& edit, Console& console) {
  const auto config = parts.GetConfig();
  if (!config.ok()) return config.status();
  const auto validator = parts.GetValidator();
  if (!validator.ok()) return validator.status();
  const auto store = parts.OpenStore({});
  if (!store.ok()) return store.status();
  const auto desk = parts.GetOperator();
  if (!desk.ok()) return desk.status();
  const auto old = (*desk)->One(edit.message);
  if (!old.ok()) return old.status();
  auto document = ReadDocument(edit.file, console.in(),
                               static_cast<std::size_t>((*config)->intake.max_document));
  if (!document.ok()) return document.status();
  auto attachments =
      ReadAttachments(edit.vedlegg, static_cast<std::size_t>((*config)->intake.max_attachments));
  if (!attachments.ok()) return attachments.status();

  Incoming incoming;
  incoming.label = edit.file;
  incoming.ressurs = old->ressurs;
  incoming.document = SensitiveText(*std::move(document));
  incoming.attachments = *std::move(attachments);
  incoming.actor = parts.ActorName();
  incoming.corrects = Correction{old->id, edit.after_followers, edit.why};
  Acceptor acceptor(**validator, **store);
  const auto answers = acceptor.Accept({&incoming, 1}, InsertMode::kEachAlone);
  TellAnswer(answers.front(), console, old->id);
  return ExitCode(answers.front().status.code());
}

}  // namespace utboks::app
