#include "tests/simulation/wire.h"

#include <nlohmann/json.hpp>

#include "server/protocol/message.h"

namespace cowrite::simulation {
namespace {

using Json = nlohmann::json;

std::optional<storage::Change> read_operation(const Json& value) {
  std::vector<ot::Component> components;
  for (const Json& part : value) {
    if (part.is_number_unsigned()) {
      components.push_back({ot::Kind::kRetain, part.get<std::uint64_t>(), {}});
    } else if (part.is_string()) {
      components.push_back({ot::Kind::kInsert, 0, part.get_ref<const std::string&>()});
    } else if (part.is_object() && part.contains("d") && part["d"].is_number_unsigned()) {
      components.push_back({ot::Kind::kDelete, part["d"].get<std::uint64_t>(), {}});
    } else if (part.is_object() && part.contains("d") && part["d"].is_string()) {
      components.push_back({ot::Kind::kDelete, 0, part["d"].get_ref<const std::string&>()});
    } else {
      return std::nullopt;
    }
  }
  Result<ot::Operation> operation = ot::Operation::from_components(components);
  if (!operation) return std::nullopt;
  return storage::Edit{*std::move(operation)};
}

std::optional<storage::Change> read_change(const Json& message) {
  if (message.contains("op")) return read_operation(message["op"]);
  if (message.contains("create")) return storage::Create{message["create"].value("data", "")};
  if (message.contains("del")) return storage::Delete{};
  return std::nullopt;
}

WireSnapshot read_snapshot(const Json& value) {
  WireSnapshot snapshot{.version = value.at("v").get<std::uint64_t>(), .exists = false, .text = {}};
  const Json type = value.value("type", Json());
  snapshot.exists = type.is_string() && type == protocol::kTextType;
  if (snapshot.exists) snapshot.text = value.at("data").get<std::string>();
  return snapshot;
}

void read_bulk(const Json& message, WireMessage& read) {
  if (message.contains("data")) {
    for (const auto& [id, value] : message["data"].items()) {
      WirePart part{.id = id, .snapshot = std::nullopt, .error = {}};
      const bool resumed = value == false;
      if (!resumed && value.contains("error")) {
        part.error = value["error"].value("code", "");
      } else if (!resumed) {
        part.snapshot = read_snapshot(value);
      }
      read.parts.push_back(std::move(part));
    }
    return;
  }
  for (const auto& [name, value] : message.at("b").items()) {
    read.parts.push_back({value.is_string() ? value.get<std::string>() : name, std::nullopt, {}});
  }
}

WireMessage read_message(const Json& message) {
  WireMessage read;
  read.action = message.at("a").get<std::string>();
  if (message.contains("error")) read.error = message["error"].at("code").get<std::string>();
  read.key = {message.value("c", ""), message.value("d", "")};
  if (message.contains("v") && !message["v"].is_null()) {
    read.version = message["v"].get<std::uint64_t>();
  }
  read.source = message.value("src", "");
  if (message.contains("seq")) read.sequence = message["seq"].get<std::uint64_t>();
  read.channel = message.value("ch", "");
  const std::string& action = read.action;
  if (action == "init" || action == "hs" || action == "p") {
    read.id = message.value("id", "");
    if (message.contains("p")) read.value = message["p"].dump();
    read.presence_version = message.value("pv", std::uint64_t{0});
  } else if (action == "nf" || action == "nt") {
    read.request = message.at("id").get<std::uint64_t>();
    if (read.error.empty()) read.snapshot = read_snapshot(message);
  } else if (action == "op") {
    read.change = read_change(message);
  } else if (action == "bf" || action == "bs" || action == "bu") {
    read_bulk(message, read);
  } else if (message.contains("data")) {
    read.snapshot = read_snapshot(message["data"]);
  }
  return read;
}

Json write_version(std::optional<std::uint64_t> version) {
  return version ? Json(*version) : Json();
}

Json write_operation(const ot::Operation& operation) {
  Json components = Json::array();
  for (const ot::Component& component : operation) {
    if (component.kind == ot::Kind::kInsert) {
      components.push_back(component.text);
    } else if (component.kind == ot::Kind::kRetain) {
      components.push_back(component.length);
    } else {
      components.push_back(
          {{"d", component.text.empty() ? Json(component.length) : Json(component.text)}});
    }
  }
  return components;
}

}  // namespace

std::optional<WireMessage> parse(std::string_view text) {
  const Json message = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!message.is_object()) return std::nullopt;
  try {
    return read_message(message);
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string write_handshake(const std::string& id) {
  const Json own = id.empty() ? Json() : Json(id);
  return Json{{"a", "hs"}, {"id", own}, {"protocol", 1}, {"protocolMinor", 2}}.dump();
}

std::string write_read(std::string_view action, const DocumentKey& key,
                       std::optional<std::uint64_t> version) {
  Json message{{"a", action}, {"c", key.collection()}, {"d", key.id()}};
  if (action != "u") message["v"] = write_version(version);
  return message.dump();
}

std::string write_bulk(
    std::string_view action, const std::string& collection,
    const std::vector<std::pair<std::string, std::optional<std::uint64_t>>>& documents) {
  Json wanted;
  for (const auto& [id, version] : documents) {
    if (version) {
      wanted[id] = *version;
    } else {
      wanted.push_back(id);
    }
  }
  return Json{{"a", action}, {"c", collection}, {"b", std::move(wanted)}}.dump();
}

std::string write_submission(const WireSubmission& submission) {
  Json message{{"a", "op"},
               {"c", submission.key.collection()},
               {"d", submission.key.id()},
               {"v", write_version(submission.version)},
               {"seq", submission.sequence},
               {"x", Json::object()}};
  if (submission.source) message["src"] = *submission.source;
  if (const auto* edit = std::get_if<storage::Edit>(&submission.change)) {
    message["op"] = write_operation(edit->operation);
  } else if (const auto* create = std::get_if<storage::Create>(&submission.change)) {
    message["create"] = {{"type", protocol::kTextType}, {"data", create->text}};
  } else {
    message["del"] = true;
  }
  return message.dump();
}

std::string write_past(std::string_view action, std::uint64_t request, const DocumentKey& key,
                       std::optional<std::uint64_t> moment) {
  return Json{{"a", action},
              {"id", request},
              {"c", key.collection()},
              {"d", key.id()},
              {action == "nf" ? "v" : "ts", write_version(moment)}}
      .dump();
}

std::string write_presence(const WireMessage& presence) {
  Json message{{"a", "p"},
               {"ch", presence.channel},
               {"id", presence.id},
               {"pv", presence.presence_version},
               {"p", Json::parse(presence.value)}};
  if (presence.version) {
    message["c"] = presence.key.collection();
    message["d"] = presence.key.id();
    message["v"] = *presence.version;
    message["t"] = protocol::kTextType;
  }
  return message.dump();
}

std::string write_channel(std::string_view action, const std::string& channel,
                          std::uint64_t sequence) {
  return Json{{"a", action}, {"ch", channel}, {"seq", sequence}}.dump();
}

}  // namespace cowrite::simulation
