// A mutex that clang's thread-safety analysis understands.
//
//   mutable Mutex mutex_;
//   int waiting_ UTBOKS_GUARDED_BY(mutex_) = 0;
//
// Every shared field is guarded so, atomic, or const after construction; the
// tidy preset (clang, -Wthread-safety, warnings are errors) holds the code to it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "queue/base/clock.h"

#if defined(__clang__)
#define UTBOKS_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define UTBOKS_THREAD_ANNOTATION(x)
#endif

#define UTBOKS_CAPABILITY(name) UTBOKS_THREAD_ANNOTATION(capability(name))
#define UTBOKS_SCOPED_CAPABILITY UTBOKS_THREAD_ANNOTATION(scoped_lockable)
#define UTBOKS_GUARDED_BY(mutex) UTBOKS_THREAD_ANNOTATION(guarded_by(mutex))
#define UTBOKS_PT_GUARDED_BY(mutex) UTBOKS_THREAD_ANNOTATION(pt_guarded_by(mutex))
#define UTBOKS_REQUIRES(...) UTBOKS_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define UTBOKS_EXCLUDES(...) UTBOKS_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define UTBOKS_ACQUIRE(...) UTBOKS_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define UTBOKS_RELEASE(...) UTBOKS_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define UTBOKS_TRY_ACQUIRE(...) UTBOKS_THREAD_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define UTBOKS_NO_THREAD_SAFETY_ANALYSIS UTBOKS_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace utboks {

class UTBOKS_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() UTBOKS_ACQUIRE() { mutex_.lock(); }
  void Unlock() UTBOKS_RELEASE() { mutex_.unlock(); }
  bool TryLock() UTBOKS_TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class UTBOKS_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) UTBOKS_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() UTBOKS_RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Every wait may end early: the caller looks at its condition in a loop.
class CondVar {
 public:
  void Wait(Mutex& mutex) UTBOKS_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    waiter_.wait(lock);
    lock.release();  // it stays the caller's
  }
  // False when `until` has come.
  bool WaitUntil(Mutex& mutex, SteadyTime until) UTBOKS_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = waiter_.wait_until(lock, until);
    lock.release();
    return status == std::cv_status::no_timeout;
  }
  void NotifyOne() { waiter_.notify_one(); }
  void NotifyAll() { waiter_.notify_all(); }

 private:
  std::condition_variable waiter_;
};

}  // namespace utboks
