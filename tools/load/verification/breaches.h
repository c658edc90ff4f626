// Breaches: what was found wrong with the server, each a sentence with a code. From any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"

namespace cowrite::load {

// What an author was told is on disk is not in the history.
inline constexpr std::string_view kErrLost = "ERR_LOAD_OPERATION_LOST";
// The history has an operation that nobody submitted, or one twice.
inline constexpr std::string_view kErrDoubled = "ERR_LOAD_OPERATION_DOUBLED";
// Operations of one author, or records for one client, come in another order.
inline constexpr std::string_view kErrReordered = "ERR_LOAD_OPERATION_REORDERED";
// The history has something else under an operation's name than its author submitted.
inline constexpr std::string_view kErrChanged = "ERR_LOAD_OPERATION_CHANGED";
// An acknowledgement too many.
inline constexpr std::string_view kErrAcknowledgedTwice = "ERR_LOAD_ACKNOWLEDGED_TWICE";
inline constexpr std::string_view kErrNotAcknowledged = "ERR_LOAD_NOT_ACKNOWLEDGED";
// A client was not told of an operation, or was told another one than the history has.
inline constexpr std::string_view kErrDeliveryLost = "ERR_LOAD_DELIVERY_LOST";
inline constexpr std::string_view kErrDeliveryChanged = "ERR_LOAD_DELIVERY_CHANGED";
inline constexpr std::string_view kErrTextsDiffer = "ERR_LOAD_TEXTS_DIFFER";
// The server answered with an error, or with what ShareDB's protocol does not have.
inline constexpr std::string_view kErrRefused = "ERR_LOAD_REFUSED";
inline constexpr std::string_view kErrProtocol = "ERR_LOAD_PROTOCOL";
// A connection could not be made, or the server was silent for too long.
inline constexpr std::string_view kErrConnection = "ERR_LOAD_CONNECTION";
inline constexpr std::string_view kErrSilent = "ERR_LOAD_SILENT";

class Breaches {
 public:
  void add(Error breach);

  [[nodiscard]] std::size_t count() const;
  // The first ones of each code: one fault shows in many places, and in other ways than its own.
  [[nodiscard]] std::vector<Error> first() const;

 private:
  static constexpr std::size_t kKeptOfEachCode = 3;

  mutable std::mutex mutex_;
  std::vector<Error> kept_;
  std::size_t count_ = 0;
};

}  // namespace cowrite::load
