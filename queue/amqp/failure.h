// What rabbitmq-c and the broker say went wrong, as one line and the next move.
// For queue/amqp alone.
#pragma once

#include <string>

#include "queue/base/status.h"

struct amqp_rpc_reply_t_;

namespace utboks::amqp {

// `status`: below zero.  kUnreachable: it may pass; kConfig: a certificate, a name.
Status LibraryFailure(int status, const std::string& what, const std::string& broker);

// The broker has closed channel or connection.  kConfig where only a person can
// mend it: access, a missing queue, a queue that is declared otherwise.
Status BrokerFailure(int code, std::string text, const std::string& what,
                     const std::string& broker);

// Ok when the broker answered as it should.
Status ReplyStatus(const amqp_rpc_reply_t_& reply, const std::string& what,
                   const std::string& broker);

}  // namespace utboks::amqp
