// Tells the service manager how we are (sd_notify's datagram, without its library).
#pragma once

#include <string_view>

namespace utboks::app {

// "READY=1", "STOPPING=1", "STATUS=…".  Does nothing where $NOTIFY_SOCKET is not
// set, and fails silently: a service manager that is away must not end the worker.
void NotifyServiceManager(std::string_view state);

}  // namespace utboks::app
