#include "server/transport/websocketpp/connection_state.h"

#include <exception>
#include <system_error>

#include "server/transport/frame.h"
#include "server/transport/handshake.h"
#include "server/transport/websocketpp/endpoint.h"

namespace cowrite::transport {

namespace {

using Message = EndpointConfig::message_type;

RawConnection& raw(ConnectionState& state) { return static_cast<RawConnection&>(state); }
const RawConnection& raw(const ConnectionState& state) {
  return static_cast<const RawConnection&>(state);
}

// All messages of an outbound as one prepared message of websocketpp, made on first use.
std::shared_ptr<Message> prepared(const Outbound& outbound) {
  if (!outbound.prepared) {
    std::size_t bytes = 0;
    for (const std::string& text : outbound.messages) {
      bytes += frame_header_bytes(text.size()) + text.size();
    }
    const auto message = std::make_shared<Message>(Message::con_msg_man_ptr(),
                                                   websocketpp::frame::opcode::text, bytes);
    for (const std::string& text : outbound.messages) {
      append_text_frame(message->get_raw_payload(), text);
    }
    message->set_prepared(true);
    outbound.prepared = message;
  }
  return std::static_pointer_cast<Message>(outbound.prepared);
}

}  // namespace

PacedSocket& ConnectionState::paced_socket() { return raw(*this).get_socket(); }

void ConnectionState::write_response(const http::Response& response) {
  try {
    std::error_code ignored;  // The client is gone.
    set_response(response);
    raw(*this).send_http_response(ignored);
  } catch (const std::exception&) {  // No memory for it.
    drop();
  }
}

std::size_t ConnectionState::write_messages(const Outbound& outbound) {
  const auto message = prepared(outbound);
  return raw(*this).send(message) ? 0 : message->get_payload().size();
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
