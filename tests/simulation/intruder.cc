#include "tests/simulation/intruder.h"

#include <array>

#include "storage/source.h"
#include "tests/simulation/typing.h"
#include "tests/simulation/wire.h"

namespace cowrite::simulation {

void Intruder::act() {
  if (!link_) {
    link_ = dial_("intruder", {.on_open = [] {},
                               .on_message = [](std::string_view) {},
                               .on_close = [this] { link_ = nullptr; }});
  }
  if (random_.one_in(20)) return go_away();
  std::string text = last_;
  if (last_.empty() || !random_.one_in(5)) {
    text = random_.one_in(3) ? garbage() : random_.one_in(2) ? submission() : request();
  }
  last_ = text;
  link_->send_up(std::move(text));
}

void Intruder::go_away() {
  if (!link_) return;
  link_->hang_up();
  link_ = nullptr;
}

std::string Intruder::garbage() {
  static constexpr std::array<const char*, 12> kGarbage{
      "",
      "null",
      "[]",
      "{",
      "{}",
      R"({"a":1})",
      R"({"a":"op"})",
      R"({"a":"op","c":"docs","d":"d0","v":-1,"seq":1,"op":[]})",
      R"({"a":"op","c":"docs","d":"d0","v":0,"seq":9007199254740991,"del":true})",
      R"({"a":"op","c":"docs","d":"d0","v":1,"seq":1,"op":["\ud800"]})",
      R"({"a":"bs","c":"docs","b":{"d0":"x"}})",
      R"({"a":"p","ch":"room","id":"x","p":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]],"pv":1})"};
  return random_.pick(kGarbage);
}

std::string Intruder::submission() {
  WireSubmission submission{.key = random_.pick(documents_), .version = std::nullopt};
  if (!random_.one_in(4)) submission.version = random_.below(40);
  submission.sequence = random_.one_in(3) ? random_.below(20) : ++sequence_;
  if (random_.one_in(2)) {
    const Client& victim = *random_.pick(victims_);
    if (!victim.source().empty()) {
      submission.source = storage::source_of("", victim.source());
      submission.sequence = random_.one_in(4) ? victim.next_sequence() - random_.below(2)
                                              : (std::uint64_t{1} << 40U) + ++sequence_;
    }
  }
  if (random_.one_in(4)) {
    submission.change = storage::Create{scribble(random_)};
  } else if (random_.one_in(8)) {
    submission.change = storage::Delete{};
  } else {
    // Two inserts in a row are valid, and no normal form.
    const std::string first = scribble(random_);
    const std::string second = scribble(random_);
    const std::array<ot::Component, 4> components{
        ot::Component{ot::Kind::kRetain, 1 + random_.below(20), {}},
        ot::Component{ot::Kind::kInsert, 0, first},
        ot::Component{ot::Kind::kDelete, 1 + random_.below(3), {}},
        ot::Component{ot::Kind::kInsert, 0, second}};
    submission.change = storage::Edit{*ot::Operation::from_components(components)};
  }
  return write_submission(submission);
}

std::string Intruder::presence(const DocumentKey& key) {
  WireMessage presence;
  presence.channel = "room";
  if (random_.one_in(2)) {
    presence.channel = key.collection() + "." + key.id();
    presence.key = key;
    presence.version = random_.below(40);
  }
  presence.id = "x" + std::to_string(random_.below(4));
  presence.presence_version = random_.below(99);
  presence.value = random_.one_in(2) ? "[1,99]" : "null";
  return write_presence(presence);
}

std::string Intruder::request() {
  static constexpr std::array<const char*, 3> kReads{"f", "s", "u"};
  const DocumentKey& key = random_.pick(documents_);
  const auto version = random_.one_in(2) ? std::optional(random_.below(1'000)) : std::nullopt;
  switch (random_.below(6)) {
    case 0:
      return write_handshake(random_.one_in(2) ? "intruder" : "");
    case 1:
      return write_bulk("bs", key.collection(), {{key.id(), version}, {key.id() + "x", version}});
    case 2:
      return write_past("nf", random_.below(9), key, version);
    case 3:
      return write_channel(random_.one_in(2) ? "ps" : "pu", "room", random_.below(9));
    case 4:
      return presence(key);
    default:
      return write_read(random_.pick(kReads), key, version);
  }
}

}  // namespace cowrite::simulation
