#include "producer/app/secret_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "queue/open_store.h"

namespace utboks::app {

std::vector<SecretFile> SecretFilesOf(const Config& config) {
  const RegisterSection& registry = config.registry;
  // Without client_key the key stands in the certificate's file.
  const bool inside = registry.client_key.empty();
  const SecretFile all[] = {
      {"store's key file", KeyFilePath(config.outbox.store, config.outbox.key_file)},
      {"client key", inside ? registry.client_certificate : registry.client_key},
      {"client key password file", registry.client_key_password_file},
      {"broker's password file", config.amqp.password_file},
      {"broker's client key",
       config.amqp.client_key.empty() ? config.amqp.client_certificate : config.amqp.client_key},
  };
  std::vector<SecretFile> files;
  for (const SecretFile& file : all) {
    if (!file.path.empty()) files.push_back(file);
  }
  return files;
}

Status CheckKept(const SecretFile& file) {
  struct stat about {};
  if (stat(file.path.c_str(), &about) != 0) return Status();
  if ((about.st_mode & (S_IROTH | S_IWOTH)) == 0) return Status();
  return Status(Code::kConfig,
                fmt::format("{} {} may be {} by every user of this machine: chmod o= it", file.what,
                            file.path, (about.st_mode & S_IWOTH) != 0 ? "changed" : "read"));
}

}  // namespace utboks::app
