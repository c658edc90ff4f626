#include "server/transport/websocketpp/connection_state.h"

#include <exception>
#include <system_error>

#include "server/transport/frame.h"
#include "server/transport/handshake.h"
#include "server/transport/limits.h"
#include "server/transport/websocketpp/endpoint.h"

namespace cowrite::transport {

namespace {

using Message = EndpointConfig::message_type;

RawConnection& raw(ConnectionState& state) { return static_cast<RawConnection&>(state); }
const RawConnection& raw(const ConnectionState& state) {
  return static_cast<const RawConnection&>(state);
}

// A message that is framed already, and counts as long as it is held for any connection.
struct CountedMessage {
  CountedMessage(const std::string& header, std::string payload, Output& output)
      : message(Message::con_msg_man_ptr(), websocketpp::frame::opcode::text, 0),
        charge(output.charge(header.size() + payload.size() + kQueuedMessageBytes)) {
    message.set_header(header);
    message.get_raw_payload() = std::move(payload);
    message.set_prepared(true);
  }

  Message message;
  Output::Charge charge;
};

// `payload` may be whole frames, and then there is no header.
std::shared_ptr<Message> counted(const std::string& header, std::string payload, Output& output) {
  const auto held = std::make_shared<CountedMessage>(header, std::move(payload), output);
  return {held, &held->message};
}

void fill_head(websocketpp::http::parser::response& head, const http::Response& response) {
  const std::size_t bytes = response.next_piece ? response.pieces_bytes : response.body.size();
  head.set_version("HTTP/1.1");
  head.set_status(static_cast<websocketpp::http::status_code::value>(response.status));
  for (const auto& [name, value] : response.headers) head.replace_header(name, value);
  head.replace_header("Content-Length", std::to_string(bytes));
  head.replace_header("Connection", "close");
}

}  // namespace

PacedSocket& ConnectionState::paced_socket() { return raw(*this).get_socket(); }

std::string ConnectionState::head_of(const http::Response& response) const {
  websocketpp::http::parser::response head;
  fill_head(head, response);
  return head.raw();
}

Frames ConnectionState::frame(const Outbound& outbound) {
  if (!outbound.prepared) {
    std::size_t bytes = 0;
    for (const std::string& text : outbound.messages) {
      bytes += frame_header_bytes(text.size()) + text.size();
    }
    std::string frames;
    frames.reserve(bytes);
    for (const std::string& text : outbound.messages) append_text_frame(frames, text);
    outbound.prepared = counted({}, std::move(frames), *output);
  }
  return {outbound.prepared,
          std::static_pointer_cast<Message>(outbound.prepared)->get_payload().size()};
}

std::size_t ConnectionState::write_frames(const Frames& frames) {
  return raw(*this).send(std::static_pointer_cast<Message>(frames.frames)) ? 0 : frames.bytes;
}

std::size_t ConnectionState::write_fragment(std::string text, Fragment fragment) {
  const std::string header = text_frame_header(text.size(), fragment);
  const std::size_t bytes = header.size() + text.size();
  return raw(*this).send(counted(header, std::move(text), *output)) ? 0 : bytes;
}

std::size_t ConnectionState::write_ping() {
  std::error_code error;
  raw(*this).ping({}, error);
  return error ? 0 : frame_header_bytes(0);
}

std::size_t ConnectionState::write_pong(const std::string& payload) {
  std::error_code error;
  raw(*this).pong(payload, error);
  return error ? 0 : frame_header_bytes(payload.size()) + payload.size();
}

void ConnectionState::write_close(CloseCode code, const std::string& reason) {
  std::error_code ignored;  // The peer is closing already.
  raw(*this).close(static_cast<websocketpp::close::status::value>(code), reason, ignored);
}

void ConnectionState::end() {
  const RawConnectionPtr alive = raw(*this).get_shared();
  alive->terminate({});
}

void ConnectionState::drop() {
  const RawConnectionPtr alive = raw(*this).get_shared();
  alive->reset_on_shutdown();
  alive->terminate({});
}

void ConnectionState::invite_body() {
  const RawRequest& parsed = raw(*this).get_request();
  if (invited_ || !parsed.waits_for_body()) return;
  if (!paced_socket().intake().admit_body(parsed.body_bytes())) return;
  invited_ = true;
  if (parsed.get_version() != "HTTP/1.1" || paced_socket().has_more()) return;
  if (http::to_lower(parsed.get_header("Expect")) == "100-continue") {
    paced_socket().write_at_once("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

std::size_t ConnectionState::queued_bytes() const {
  if (web_socket) return web_socket->queued_bytes();
  return exchange ? exchange->queued_bytes() : 0;
}

bool ConnectionState::stalled() const {
  return (web_socket && web_socket->stalled()) || (exchange && exchange->stalled());
}

bool ConnectionState::sends_long() const {
  return (web_socket && web_socket->sends_long()) || (exchange && exchange->sends_long());
}

http::Request ConnectionState::request() const {
  const auto& parsed = raw(*this).get_request();
  http::Request request;
  request.connection = number;
  request.payer = payer;
  request.method = parsed.get_method();
  request.body = parsed.get_body();
  for (const auto& [name, value] : parsed.get_headers()) {
    request.headers.emplace_back(http::to_lower(name), value);
  }
  set_target(request, parsed.get_uri());
  return request;
}

void ConnectionState::set_response(const http::Response& response) {
  RawConnection& connection = raw(*this);
  connection.set_status(static_cast<websocketpp::http::status_code::value>(response.status));
  for (const auto& [name, value] : response.headers) connection.replace_header(name, value);
  if (connection.get_request().get_method() != "HEAD") connection.set_body(response.body);
  connection.replace_header("Content-Length", std::to_string(response.body.size()));
  connection.replace_header("Connection", "close");
}

}  // namespace cowrite::transport
