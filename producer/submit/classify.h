// What an answer of the register means (delivery.md §1): the only code that knows
// status numbers.  Pure.
//
// Reasons are stable short strings that users filter by:
//   not sent:    dns, connect-refused, connect-timeout, connect-reset, connect-closed,
//                connect-failed, proxy-NNN, proxy, send-timeout, send-reset,
//                send-closed, send-failed, connection-lost (a kept-alive one),
//                deadline, interrupted
//   TLS:         tls (the handshake, or the register's certificate), credential (it
//                refuses ours)
//   unanswered:  unanswered-timeout, unanswered-reset, unanswered-closed,
//                unanswered-malformed, unanswered-tls, interrupted
//   answered:    http-NNN, authorization (a 400 that says so), feilkode (the document
//                is wrong), firewall (a web page instead of an answer), redirect,
//                mixed-answer
#pragma once

#include <string_view>

#include "producer/net/exchange.h"
#include "queue/delivery_settings.h"
#include "queue/outcome.h"

namespace utboks {

// Of a message's POST.  `sent_identifikator`: its avsendersMeldingsidentifikator.
Outcome Classify(const Exchange& exchange, std::string_view sent_identifikator,
                 const DeliverySettings& settings);

// Of a probe's HEAD.
HeadResult ClassifyHead(const Exchange& exchange, const DeliverySettings& settings);

// Nobody can have the whole request, and the connection it was tried on was an
// old one: it may go once more on a new one, under the same lease.
bool MayGoAgain(const Exchange& exchange);

}  // namespace utboks
