// The wire as a client sees it: what the server says, and the requests as JSON text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "ot/operation.h"
#include "server/protocol/json_reader.h"

namespace cowrite::load {

inline constexpr std::string_view kTextType = "http://sharejs.org/types/text-unicode";

struct WireSnapshot {
  std::uint64_t version = 0;
  bool is_text = false;   // There is a document, and its type is ours.
  std::string_view text;  // Borrowed from the message.
};

// A message of the server. What it returns is borrowed from it.
class ServerMessage {
 public:
  explicit ServerMessage(std::string_view text) : json_(text), root_(json_.root()) {}

  // "a"; empty if it is no message.
  [[nodiscard]] std::string_view action() const { return text("a"); }
  [[nodiscard]] std::string_view document() const { return text("d"); }
  [[nodiscard]] std::string_view source() const { return text("src"); }
  [[nodiscard]] std::optional<std::uint64_t> version() const { return integer(root_, "v"); }
  [[nodiscard]] std::uint64_t sequence() const { return integer(root_, "seq").value_or(0); }
  // "id" of init and hs.
  [[nodiscard]] std::string_view id() const { return text("id"); }

  // "CODE: message", if it is an error.
  [[nodiscard]] std::optional<std::string> error() const;
  [[nodiscard]] std::string_view error_code() const;

  [[nodiscard]] bool has_operation() const { return root_.has("op"); }
  [[nodiscard]] Result<ot::Operation> operation() const;
  // What a document was created with, if this is its creation.
  [[nodiscard]] std::optional<std::string_view> created() const;
  // An operation on a document that is not an ack: an edit, a create or a delete.
  [[nodiscard]] bool is_record() const {
    return has_operation() || root_.has("create") || root_.has("del");
  }
  // "data" of f and s.
  [[nodiscard]] std::optional<WireSnapshot> snapshot() const;

 private:
  [[nodiscard]] std::string_view text(std::string_view name) const;
  [[nodiscard]] static std::optional<std::uint64_t> integer(const protocol::JsonValue& object,
                                                            std::string_view name);

  protocol::ParsedJson json_;
  protocol::JsonValue root_;
};

// ---- Requests

[[nodiscard]] std::string write_handshake(std::string_view id);
// f, s and u; without a version if the client has nothing of the document.
[[nodiscard]] std::string write_read(std::string_view action, std::string_view collection,
                                     std::string_view document,
                                     std::optional<std::uint64_t> version);
[[nodiscard]] std::string write_create(std::string_view collection, std::string_view document,
                                       std::uint64_t sequence, std::string_view text);
// ps
[[nodiscard]] std::string write_subscribe_presence(std::string_view channel,
                                                   std::uint64_t sequence);

// The submissions of one client for one document. What they have in common is written once.
class SubmissionWriter {
 public:
  SubmissionWriter(std::string_view collection, std::string_view document);

  // `source` is named when it is sent again.
  [[nodiscard]] std::string write(std::uint64_t version, std::uint64_t sequence,
                                  const ot::Operation& operation,
                                  std::optional<std::string_view> source) const;

 private:
  std::string beginning_;
};

}  // namespace cowrite::load
