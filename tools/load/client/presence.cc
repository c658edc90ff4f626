#include "tools/load/client/presence.h"

#include <utility>

#include "server/protocol/json_writer.h"
#include "tools/load/wire/wire.h"

namespace cowrite::load {
namespace {

using protocol::JsonWriter;

constexpr std::chrono::milliseconds kSendEvery{80};

std::string beginning_of(const std::string& channel, const std::string& name) {
  JsonWriter json;
  json.begin_object().text("a", "p").text("ch", channel).text("id", name);
  json.begin_object("p").integer("length", 0).boolean("backward", false);
  return json.text("name", name).integer("color", 1).take();
}

std::string end_of(const std::string& collection, const std::string& document) {
  JsonWriter json;
  json.begin_object().text("c", collection).text("d", document).text("t", kTextType);
  return json.end_object().take().substr(1);
}

}  // namespace

Presence::Presence(boost::asio::io_context& context, Link& link, Figures& figures,
                   const std::string& collection, const std::string& document,
                   const std::string& name, std::function<std::optional<Place>()> place)
    : link_(link),
      figures_(figures),
      channel_(collection + "." + document),
      beginning_(beginning_of(channel_, name)),
      end_(end_of(collection, document)),
      place_(std::move(place)),
      timer_(context) {}

void Presence::connected() {
  JsonWriter own{std::string()};
  own_ = own.text("src", link_.id()).take();
  link_.send(write_subscribe_presence(channel_, next_join_++));
  told_.reset();
  waiting_ = false;
}

void Presence::update() {
  if (stopped_ || waiting_ || timer_set_ || !link_.ready()) return;
  const std::optional<Place> place = place_();
  if (!place || place->position == told_) return;
  const Time due = sent_at_ + kSendEvery;
  if (Clock::now() >= due) return send(*place);
  timer_set_ = true;
  timer_.expires_at(due);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    timer_set_ = false;
    update();
  });
}

void Presence::send(const Place& place) {
  sent_at_ = Clock::now();
  told_ = place.position;
  waiting_ = true;
  if (figures_.window.has(sent_at_)) ++figures_.presences_sent;
  JsonWriter json(beginning_);
  json.integer("index", place.position).end_object();
  json.integer("pv", next_presence_++).integer("v", place.version).raw(end_);
  link_.send(json.take());
}

void Presence::receive(std::string_view message) {
  const auto has = [message](std::string_view part) {
    return message.find(part) != std::string_view::npos;
  };
  if (has(R"("a":"pr")")) {
    told_.reset();
  } else if (has(R"("a":"p")")) {
    if (has(own_)) {
      waiting_ = false;
    } else if (has(R"("error":{)")) {
      waiting_ = false;
      ++figures_.presences_refused;
    } else if (figures_.window.has(Clock::now())) {
      ++figures_.presences_delivered;
    }
  }
  update();
}

void Presence::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace cowrite::load
