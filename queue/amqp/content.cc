#include "queue/amqp/content.h"

#include <amqp.h>

#include <optional>
#include <span>

namespace utboks::amqp {
namespace {

// So many members of all lists together are read; who sends more means something else.
constexpr std::size_t kMostHeaders = 256;

std::optional<std::int64_t> NumberOf(const amqp_field_value_t& value) {
  switch (value.kind) {
    case AMQP_FIELD_KIND_I8:
      return value.value.i8;
    case AMQP_FIELD_KIND_U8:
      return value.value.u8;
    case AMQP_FIELD_KIND_I16:
      return value.value.i16;
    case AMQP_FIELD_KIND_U16:
      return value.value.u16;
    case AMQP_FIELD_KIND_I32:
      return value.value.i32;
    case AMQP_FIELD_KIND_U32:
      return value.value.u32;
    case AMQP_FIELD_KIND_I64:
      return value.value.i64;
    default:
      return std::nullopt;
  }
}

void ReadValue(const std::string& name, const amqp_field_value_t& value, bool in_list,
               Delivery* into) {
  if (into->headers.size() >= kMostHeaders) return;
  if (value.kind == AMQP_FIELD_KIND_UTF8 || value.kind == AMQP_FIELD_KIND_BYTES) {
    into->headers.emplace_back(name, SensitiveText(TextOf(value.value.bytes)));
  } else if (const auto number = NumberOf(value)) {
    into->headers.emplace_back(name, SensitiveText(std::to_string(*number)));
  } else if (value.kind == AMQP_FIELD_KIND_ARRAY && !in_list) {
    const amqp_array_t& list = value.value.array;
    for (const auto& member : std::span(list.entries, static_cast<std::size_t>(list.num_entries))) {
      ReadValue(name, member, true, into);
    }
  }
}

}  // namespace

std::string TextOf(const amqp_bytes_t_& bytes) {
  if (bytes.len == 0) return {};
  return std::string(static_cast<const char*>(bytes.bytes), bytes.len);
}

amqp_bytes_t_ BytesOf(const std::string& text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): a C interface without const
  return {text.size(), const_cast<char*>(text.data())};
}

void ReadProperties(const amqp_basic_properties_t_& properties, Delivery* into) {
  const auto has = [&](amqp_flags_t flag) { return (properties._flags & flag) != 0; };
  if (has(AMQP_BASIC_TYPE_FLAG)) into->type = TextOf(properties.type);
  if (has(AMQP_BASIC_CONTENT_TYPE_FLAG)) into->content_type = TextOf(properties.content_type);
  if (has(AMQP_BASIC_MESSAGE_ID_FLAG)) {
    into->message_id = SensitiveText(TextOf(properties.message_id));
  }
  if (has(AMQP_BASIC_CORRELATION_ID_FLAG)) {
    into->correlation_id = SensitiveText(TextOf(properties.correlation_id));
  }
  if (!has(AMQP_BASIC_HEADERS_FLAG)) return;
  const amqp_table_t& table = properties.headers;
  for (const auto& entry : std::span(table.entries, static_cast<std::size_t>(table.num_entries))) {
    const std::string name = TextOf(entry.key);
    if (name == "x-delivery-count") {
      into->returns = NumberOf(entry.value).value_or(0);
    } else {
      ReadValue(name, entry.value, false, into);
    }
  }
}

Properties::Properties(const Letter& letter)
    : properties_(std::make_unique<amqp_basic_properties_t>()) {
  amqp_basic_properties_t& to = *properties_;
  to._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
  to.delivery_mode = AMQP_DELIVERY_PERSISTENT;
  const auto put = [&](const std::string& text, amqp_bytes_t* field, amqp_flags_t flag) {
    if (text.empty()) return;
    *field = BytesOf(text);
    to._flags |= flag;
  };
  put(letter.type, &to.type, AMQP_BASIC_TYPE_FLAG);
  put(letter.content_type, &to.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG);
  put(letter.message_id.reveal(), &to.message_id, AMQP_BASIC_MESSAGE_ID_FLAG);
  put(letter.correlation_id.reveal(), &to.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG);
  if (letter.headers.empty()) return;
  headers_.reserve(letter.headers.size());
  for (const auto& [name, text] : letter.headers) {
    amqp_table_entry_t entry{};
    entry.key = BytesOf(name);
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = BytesOf(text);
    headers_.push_back(entry);
  }
  to.headers = {static_cast<int>(headers_.size()), headers_.data()};
  to._flags |= AMQP_BASIC_HEADERS_FLAG;
}

Properties::~Properties() = default;

}  // namespace utboks::amqp
