// The message broker of [amqp]: what the modules that speak with it need, and what
// `utboks doctor` finds.
#pragma once

#include <optional>

#include "producer/app/config.h"
#include "producer/app/doctor.h"
#include "producer/intake/amqp_intake.h"
#include "producer/outcome/amqp_outcomes.h"

namespace utboks::app {

// Nothing where no intake is configured.
std::optional<amqp::ConsumerSettings> AmqpIntakeOf(const Config& config);
// Nothing where nobody is told by a broker.
std::optional<AmqpOutcomesSettings> AmqpOutcomesOf(const Config& config);

// Whether it lets us in and has what is configured, and what lies in the queue of what
// came back too often.  Makes nothing.  Nothing where no broker is configured.
Findings ExamineBroker(const Config& config);

}  // namespace utboks::app
