#include "tools/load/wire/link.h"

#include <algorithm>
#include <utility>

#include "tools/load/wire/wire.h"

namespace cowrite::load {
namespace {

constexpr double kFirstDelaySeconds = 0.25;
constexpr double kLongestDelaySeconds = 15;

}  // namespace

Link::Link(boost::asio::io_context& context, const Target& target,
           std::optional<boost::asio::ip::address> source_address, Events events)
    : context_(context),
      target_(target),
      source_address_(std::move(source_address)),
      events_(std::move(events)),
      redial_timer_(context) {}

void Link::dial() {
  ready_ = false;
  handshakes_ = 0;
  connection_ = std::make_unique<Connection>(
      context_, target_, source_address_,
      Connection::Events{[this] {
                           ++handshakes_;
                           connection_->send(write_handshake(id_));
                         },
                         [this](std::string_view message) { receive(message); },
                         [this](const std::string& reason) { lose(reason); }});
}

void Link::dial_later(std::mt19937_64& random) {
  const double full =
      std::min(kFirstDelaySeconds * static_cast<double>(1U << failures_), kLongestDelaySeconds);
  if (full < kLongestDelaySeconds) ++failures_;
  redial_timer_.expires_after(
      duration_of(full * std::uniform_real_distribution<double>(0.5, 1)(random)));
  redial_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) dial();
  });
}

void Link::cut() {
  ready_ = false;
  connection_.reset();
  redial_timer_.cancel();
}

void Link::receive(std::string_view message) {
  // Once both handshakes are answered, messages are only passed on.
  if (ready_ && handshakes_ == 0) return events_.on_message(message);
  shake_hands(message);
}

// As ShareDB's client does: it sends a handshake when the connection is open, and once more when
// the server has greeted it; the first answer makes the connection ready.
void Link::shake_hands(std::string_view message) {
  const ServerMessage parsed(message);
  if (parsed.action() == "init") {
    ++handshakes_;
    return connection_->send(write_handshake(id_));
  }
  if (parsed.action() != "hs") return events_.on_message(message);
  --handshakes_;
  if (ready_) return;
  id_ = parsed.id();
  if (id_.empty()) return lose("the server answers the handshake with no id");
  ready_ = true;
  failures_ = 0;
  events_.on_ready();
}

void Link::lose(const std::string& reason) {
  ready_ = false;
  connection_.reset();
  events_.on_lost(reason);
}

}  // namespace cowrite::load
