#include "tests/support/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace utboks::testing {
namespace {

struct Pipe {
  int read = -1, write = -1;
};

bool Make(Pipe* pipe) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  *pipe = {ends[0], ends[1]};
  return true;
}

void Close(int* fd) {
  if (*fd >= 0) ::close(*fd);
  *fd = -1;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentWith(const std::vector<std::string>& changes) {
  std::vector<std::string> all = changes;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view entry = *at;
    const std::string_view name = entry.substr(0, entry.find('=') + 1);
    bool replaced = false;
    for (const std::string& change : changes) replaced |= change.starts_with(name);
    if (!replaced) all.emplace_back(entry);
  }
  return all;
}

// What the child does between fork and exec: only calls that are safe there.
// Does not return; the reason of a failure goes to `failed`.
[[noreturn]] void Become(const Pipe& in, const Pipe& out, const Pipe& err, int failed,
                         const char* directory, char* const* argv, char* const* environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const bool ready = ::dup2(in.read, STDIN_FILENO) >= 0 && ::dup2(out.write, STDOUT_FILENO) >= 0 &&
                     ::dup2(err.write, STDERR_FILENO) >= 0 &&
                     (*directory == '\0' || ::chdir(directory) == 0);
  if (ready) {
    // Nothing the test has open may live on in the child, least of all a lock.
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execvpe(argv[0], argv, environment);
  }
  const int reason = errno;
  [[maybe_unused]] const ssize_t told = ::write(failed, &reason, sizeof reason);
  ::_exit(127);
}

// Takes what `fd` has; closes it at its end.
void Drain(int* fd, std::string* into, std::mutex& mutex) {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = ::read(*fd, buffer.data(), buffer.size());
    if (got > 0) {
      std::lock_guard lock(mutex);
      into->append(buffer.data(), static_cast<std::size_t>(got));
    } else if (got == 0) {
      return Close(fd);
    } else if (errno != EINTR) {
      if (errno != EAGAIN) Close(fd);
      return;
    }
  }
}

// Gives what it takes; closes it when all is given or nobody listens any more.
void Feed(int* fd, std::string_view* rest) {
  while (!rest->empty()) {
    const ssize_t gave = ::write(*fd, rest->data(), rest->size());
    if (gave >= 0) {
      rest->remove_prefix(static_cast<std::size_t>(gave));
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      break;
    }
  }
  Close(fd);
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::Start(const ProcessSpec& spec) {
  std::vector<std::string> argv = spec.argv;
  std::vector<std::string> environment = EnvironmentWith(spec.environment);
  const std::vector<char*> argv_pointers = Pointers(argv);
  const std::vector<char*> environment_pointers = Pointers(environment);
  Pipe in, out, err, failed;
  pid_t pid = -1;
  int reason = 0;
  if (!Make(&in) || !Make(&out) || !Make(&err) || !Make(&failed)) {
    reason = errno;
  } else {
    pid = ::fork();
    if (pid == 0) {
      Become(in, out, err, failed.write, spec.directory.c_str(), argv_pointers.data(),
             environment_pointers.data());
    }
    if (pid < 0) reason = errno;
  }
  Close(&in.read);
  Close(&out.write);
  Close(&err.write);
  Close(&failed.write);
  // Comes back when exec has closed the pipe, or with the reason why it could not.
  if (pid > 0 && ::read(failed.read, &reason, sizeof reason) > 0) {
    ::waitpid(pid, nullptr, 0);
    pid = -1;
  }
  Close(&failed.read);
  // By number: the header of glibc 2.36 declares pidfd_open for C only.
  const int end = pid > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)) : -1;
  if (end < 0) {
    if (pid > 0) {
      reason = errno;
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
    for (int* fd : {&in.write, &out.read, &err.read}) Close(fd);
    return Status(Code::kUnreadable,
                  fmt::format("cannot start {}: {}", spec.argv.at(0), strerrordesc_np(reason)));
  }
  for (const int fd : {in.write, out.read, err.read}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return std::unique_ptr<ChildProcess>(
      new ChildProcess(pid, {in.write, out.read, err.read, end}, spec.input));
}

ChildProcess::ChildProcess(pid_t pid, Pipes pipes, std::string input)
    : pid_(pid), watcher_([this, pipes, given = std::move(input)] { Watch(pipes, given); }) {}

ChildProcess::~ChildProcess() {
  Kill();
  watcher_.join();
}

void ChildProcess::Watch(Pipes pipes, std::string_view input) {
  // A child that does not read must not end the test: EPIPE is answer enough.
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);

  Feed(&pipes.in, &input);
  for (bool ended = false; !ended;) {
    // poll leaves out negative descriptors: those that are closed.
    std::array<pollfd, 4> wait = {{{pipes.out, POLLIN, 0},
                                   {pipes.err, POLLIN, 0},
                                   {pipes.in, POLLOUT, 0},
                                   {pipes.end, POLLIN, 0}}};
    if (::poll(wait.data(), wait.size(), -1) < 0) continue;
    ended = wait[3].revents != 0;  // asked before the last draining: nothing is missed
    if (pipes.out >= 0) Drain(&pipes.out, &out_, mutex_);
    if (pipes.err >= 0) Drain(&pipes.err, &err_, mutex_);
    if (pipes.in >= 0 && wait[2].revents != 0) Feed(&pipes.in, &input);
    changed_.notify_all();
  }
  {
    std::lock_guard lock(mutex_);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ended_ = WIFSIGNALED(status) ? ProcessExit{0, WTERMSIG(status)}
                                 : ProcessExit{WEXITSTATUS(status), 0};
  }
  changed_.notify_all();
  for (int* fd : {&pipes.in, &pipes.out, &pipes.err, &pipes.end}) Close(fd);
}

void ChildProcess::Signal(int signal) {
  std::lock_guard lock(mutex_);
  if (!ended_) ::kill(pid_, signal);
}

std::optional<ProcessExit> ChildProcess::Wait(Millis patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] { return ended_.has_value(); });
  return ended_;
}

ProcessExit ChildProcess::Kill() {
  Signal(SIGKILL);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_.has_value(); });
  return *ended_;
}

std::string ChildProcess::Out() const {
  std::lock_guard lock(mutex_);
  return out_;
}

std::string ChildProcess::Err() const {
  std::lock_guard lock(mutex_);
  return err_;
}

bool ChildProcess::Await(const std::string& stream, std::string_view text, Millis patience,
                         std::size_t from) {
  std::unique_lock lock(mutex_);
  bool found = false;
  changed_.wait_for(lock, patience, [&] {
    found = stream.find(text, from) != std::string::npos;
    return found || ended_.has_value();
  });
  return found;
}

bool ChildProcess::AwaitOut(std::string_view text, Millis patience, std::size_t from) {
  return Await(out_, text, patience, from);
}

bool ChildProcess::AwaitErr(std::string_view text, Millis patience, std::size_t from) {
  return Await(err_, text, patience, from);
}

Finished RunToEnd(const ProcessSpec& spec, Millis patience) {
  auto child = ChildProcess::Start(spec);
  if (!child.ok()) return {std::nullopt, "", child.status().text()};
  ChildProcess& running = **child;
  const std::optional<ProcessExit> exit = running.Wait(patience);
  if (!exit) running.Kill();
  return {exit, running.Out(), running.Err()};
}

}  // namespace utboks::testing
