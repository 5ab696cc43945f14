// AMQP's properties as ours.  For queue/amqp alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "queue/amqp/message.h"

struct amqp_bytes_t_;
struct amqp_basic_properties_t_;
struct amqp_table_entry_t_;

namespace utboks::amqp {

std::string TextOf(const amqp_bytes_t_& bytes);
// Points into `text`, which outlives it and is not changed through it.
amqp_bytes_t_ BytesOf(const std::string& text);

// All but the body.
void ReadProperties(const amqp_basic_properties_t_& properties, Delivery* into);

// A letter's properties as rabbitmq-c wants them; they point into the letter.
class Properties {
 public:
  explicit Properties(const Letter& letter);
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;
  ~Properties();
  const amqp_basic_properties_t_& get() const { return *properties_; }

 private:
  std::unique_ptr<amqp_basic_properties_t_> properties_;
  std::vector<amqp_table_entry_t_> headers_;
};

}  // namespace utboks::amqp
