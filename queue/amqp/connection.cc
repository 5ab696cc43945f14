#include "queue/amqp/connection.h"

#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "queue/amqp/content.h"
#include "queue/amqp/failure.h"

namespace utboks::amqp {
namespace {

constexpr amqp_channel_t kChannel = 1;
constexpr int kFrameMax = 131'072;
constexpr std::size_t kLongestShort = 255;  // AMQP's short strings
// Debian's; what the file of [amqp] ca_file is where none is named.
constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

timeval TimevalOf(Millis time) {
  return {static_cast<time_t>(time.count() / 1'000),
          static_cast<suseconds_t>(time.count() % 1'000 * 1'000)};
}

amqp_table_entry_t Entry(const char* key, const std::string& text) {
  amqp_table_entry_t entry{};
  entry.key = amqp_cstring_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_UTF8;
  entry.value.value.bytes = BytesOf(text);
  return entry;
}

amqp_table_entry_t Entry(const char* key, bool truth) {
  amqp_table_entry_t entry{};
  entry.key = amqp_cstring_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  entry.value.value.boolean = truth ? 1 : 0;
  return entry;
}

amqp_table_entry_t Entry(const char* key, std::int64_t number) {
  amqp_table_entry_t entry{};
  entry.key = amqp_cstring_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_I64;
  entry.value.value.i64 = number;
  return entry;
}

template <std::size_t size>
amqp_table_t Table(std::array<amqp_table_entry_t, size>& entries, std::size_t used = size) {
  return {static_cast<int>(used), entries.data()};
}

Result<SensitiveText> ReadPassword(const std::string& path) {
  if (path.empty()) return SensitiveText("guest");
  constexpr std::size_t kLongest = 4'096;
  std::ifstream file(path, std::ios::binary);
  std::string line(kLongest + 1, '\0');
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.is_open() || file.bad()) {
    return Status(Code::kConfig, fmt::format("[amqp] password_file {} cannot be read", path));
  }
  const bool too_long = line.size() > kLongest;
  line.resize(std::min(line.find_first_of("\r\n"), line.size()));
  if (too_long || line.empty() || line.find('\0') != std::string::npos) {
    return Status(Code::kConfig,
                  fmt::format("[amqp] password_file {} has no password in its first line", path));
  }
  return SensitiveText(std::move(line));
}

}  // namespace

void Connection::Closer::operator()(amqp_connection_state_t_* state) const {
  amqp_destroy_connection(state);
}

Connection::Connection(const ConnectionSettings& settings)
    : settings_(settings), broker_(settings.broker.Shown()), state_(amqp_new_connection()) {}

// Polite, so that the broker logs no lost client, but never for long.
Connection::~Connection() {
  if (!well_) return;
  const timeval second{1, 0};
  amqp_set_rpc_timeout(state_.get(), &second);
  static_cast<void>(amqp_connection_close(state_.get(), AMQP_REPLY_SUCCESS));
}

Result<std::unique_ptr<Connection>> Connection::Open(const ConnectionSettings& settings) {
  std::unique_ptr<Connection> made(new Connection(settings));
  if (made->state_ == nullptr) return Status(Code::kBusy, "no memory for a connection");
  UTBOKS_RETURN_IF_ERROR(made->Dial());
  UTBOKS_RETURN_IF_ERROR(made->Login());
  amqp_channel_open(made->state_.get(), kChannel);
  UTBOKS_RETURN_IF_ERROR(made->Answered("opening a channel"));
  made->well_ = true;
  return made;
}

Status Connection::SetUpTls(amqp_socket_t* socket) const {
  amqp_ssl_socket_set_verify_peer(socket, 1);
  amqp_ssl_socket_set_verify_hostname(socket, 1);
  if (amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) != AMQP_STATUS_OK) {
    return Status(Code::kConfig, "this machine's TLS library does not speak TLS 1.2");
  }
  const std::string& ca = settings_.ca_file;
  if (amqp_ssl_socket_set_cacert(socket, ca.empty() ? kSystemAuthorities : ca.c_str()) !=
      AMQP_STATUS_OK) {
    return Status(Code::kConfig, fmt::format("[amqp] ca_file {} has no authorities as PEM",
                                             ca.empty() ? kSystemAuthorities : ca));
  }
  const std::string& certificate = settings_.client_certificate;
  if (certificate.empty()) return Status();
  const std::string& key = settings_.client_key.empty() ? certificate : settings_.client_key;
  // OpenSSL would ask a terminal for the password of an encrypted key.
  amqp_ssl_socket_set_key_passwd(socket, "");
  if (amqp_ssl_socket_set_key(socket, certificate.c_str(), key.c_str()) != AMQP_STATUS_OK) {
    return Status(Code::kConfig,
                  fmt::format("[amqp] client_certificate {} and its key {} cannot be used: PEM, "
                              "without a password, readable, and one for the other",
                              certificate, key));
  }
  return Status();
}

Status Connection::Dial() {
  amqp_socket_t* const socket =
      settings_.broker.tls ? amqp_ssl_socket_new(state_.get()) : amqp_tcp_socket_new(state_.get());
  if (socket == nullptr) return Status(Code::kInternal, "no socket could be made");
  if (settings_.broker.tls) UTBOKS_RETURN_IF_ERROR(SetUpTls(socket));
  const timeval limit = TimevalOf(settings_.timeout);
  const int status = amqp_socket_open_noblock(socket, settings_.broker.host.c_str(),
                                              settings_.broker.port, &limit);
  if (status != AMQP_STATUS_OK) return LibraryFailure(status, "connecting", broker_);
  // rabbitmq-c sends without a limit of time: a broker that takes nothing more must not
  // hold us for ever.
  const int fd = amqp_get_sockfd(state_.get());
  const auto most = static_cast<unsigned int>(settings_.timeout.count());
  if (setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &most, sizeof(most)) != 0) {
    return Status(Code::kInternal, "the socket takes no TCP_USER_TIMEOUT");
  }
  amqp_set_handshake_timeout(state_.get(), &limit);
  amqp_set_rpc_timeout(state_.get(), &limit);
  return Status();
}

Status Connection::Login() {
  const auto password = ReadPassword(settings_.password_file);
  if (!password.ok()) return password.status();
  std::array capabilities{Entry("connection.blocked", true), Entry("consumer_cancel_notify", true),
                          Entry("authentication_failure_close", true),
                          Entry("publisher_confirms", true), Entry("basic.nack", true)};
  amqp_table_entry_t can{};
  can.key = amqp_cstring_bytes("capabilities");
  can.value.kind = AMQP_FIELD_KIND_TABLE;
  can.value.value.table = Table(capabilities);
  const std::string product = "utboks";
  std::array properties{Entry("product", product), Entry("connection_name", settings_.name), can};
  const amqp_table_t table = Table(properties);
  const amqp_rpc_reply_t reply = amqp_login_with_properties(
      state_.get(), settings_.broker.vhost.c_str(), 1, kFrameMax, settings_.heartbeat_s, &table,
      AMQP_SASL_METHOD_PLAIN, settings_.broker.user.c_str(), password->reveal().c_str());
  return ReplyStatus(reply, "login", broker_);
}

Status Connection::Answered(const std::string& what) {
  Status status = ReplyStatus(amqp_get_rpc_reply(state_.get()), what, broker_);
  if (status.code() == Code::kUnreachable) well_ = false;
  return status;
}

Status Connection::Sent(int status, const char* what) {
  if (status == AMQP_STATUS_OK) return Status();
  well_ = false;
  return LibraryFailure(status, what, broker_);
}

Result<std::uint32_t> Connection::LookAtQueue(const std::string& queue) {
  const auto* found =
      amqp_queue_declare(state_.get(), kChannel, BytesOf(queue), 1, 0, 0, 0, amqp_empty_table);
  UTBOKS_RETURN_IF_ERROR(Answered(fmt::format("queue {}", queue)));
  return found->message_count;
}

Status Connection::LookAtExchange(const std::string& exchange) {
  amqp_exchange_declare(state_.get(), kChannel, BytesOf(exchange), amqp_cstring_bytes("topic"), 1,
                        0, 0, 0, amqp_empty_table);
  return Answered(fmt::format("exchange {}", exchange));
}

Status Connection::DeclareQueue(const std::string& queue, const std::string& dead,
                                std::int64_t most_returns) {
  const std::string kind = "quorum", none, careful = "at-least-once", refuse = "reject-publish";
  std::array arguments{Entry("x-queue-type", kind),
                       Entry("x-single-active-consumer", true),
                       Entry("x-delivery-limit", most_returns),
                       Entry("x-dead-letter-exchange", none),
                       Entry("x-dead-letter-routing-key", dead),
                       Entry("x-dead-letter-strategy", careful),
                       Entry("x-overflow", refuse)};  // what the strategy demands
  const std::size_t used = dead.empty() ? 1 : arguments.size();
  amqp_queue_declare(state_.get(), kChannel, BytesOf(queue), 0, 1, 0, 0, Table(arguments, used));
  return Answered(fmt::format("declaring queue {}", queue));
}

Status Connection::DeclareTopicExchange(const std::string& exchange) {
  amqp_exchange_declare(state_.get(), kChannel, BytesOf(exchange), amqp_cstring_bytes("topic"), 0,
                        1, 0, 0, amqp_empty_table);
  return Answered(fmt::format("declaring exchange {}", exchange));
}

Status Connection::BindQueue(const std::string& queue, const std::string& exchange,
                             const std::string& routing_key) {
  amqp_queue_bind(state_.get(), kChannel, BytesOf(queue), BytesOf(exchange), BytesOf(routing_key),
                  amqp_empty_table);
  return Answered(fmt::format("binding queue {} to exchange {}", queue, exchange));
}

Status Connection::Consume(const std::string& queue, std::uint16_t prefetch) {
  amqp_basic_qos(state_.get(), kChannel, 0, prefetch, 0);
  UTBOKS_RETURN_IF_ERROR(Answered("setting the prefetch"));
  amqp_basic_consume(state_.get(), kChannel, BytesOf(queue), amqp_empty_bytes, 0, 0, 0,
                     amqp_empty_table);
  return Answered(fmt::format("consuming from queue {}", queue));
}

Status Connection::Confirm() {
  amqp_confirm_select(state_.get(), kChannel);
  return Answered("asking for confirms");
}

Status Connection::Ack(std::uint64_t tag, bool multiple) {
  return Sent(amqp_basic_ack(state_.get(), kChannel, tag, multiple ? 1 : 0), "acknowledging");
}

Status Connection::Publish(const Letter& letter) {
  if (blocked_) {
    return Status(Code::kBusy,
                  fmt::format("{} takes no messages in: it is short of memory or disk", broker_));
  }
  for (const std::string* text : {&letter.routing_key, &letter.type, &letter.content_type,
                                  &letter.message_id.reveal(), &letter.correlation_id.reveal()}) {
    if (text->size() > kLongestShort) {
      return Status(Code::kInternal, "a property of a message to publish has over 255 bytes");
    }
  }
  const Properties properties(letter);
  return Sent(amqp_basic_publish(state_.get(), kChannel, BytesOf(letter.exchange),
                                 BytesOf(letter.routing_key), 1, 0, &properties.get(),
                                 BytesOf(letter.body.reveal())),
              "publishing");
}

}  // namespace utboks::amqp
