// The message broker of [amqp]: what the modules that speak with it need, and what
// `utboks doctor` finds.
#pragma once

#include <optional>

#include "producer/app/config.h"
#include "producer/app/doctor.h"
#include "producer/intake/amqp_intake.h"

namespace utboks::app {

// kConfig: a setting of the section lacks another.
Status CheckBroker(const Config& config);

// Nothing where no intake is configured.  CheckBroker is ok.
std::optional<AmqpIntakeSettings> AmqpIntakeOf(const Config& config);

// Whether it lets us in and has what is configured, and what lies in the queue of what
// was set aside.  Makes nothing.  Nothing where no broker is configured.
Findings ExamineBroker(const Config& config);

}  // namespace utboks::app
