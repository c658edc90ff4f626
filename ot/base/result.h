// Result<T>: a value, or an Error that a correct program can meet. A subset of std::expected<T,
// Error>, which GCC 12 does not have in C++20 mode.
//
//     Result<Operation> operation = decode(bytes);
//     if (!operation) return operation.error();
//     use(*operation);
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ot/base/check.h"

namespace cowrite {

// What went wrong: a stable code for programs and a sentence for people.
struct Error {
  std::string_view
      code;  // One of the constants of the layer that made the error, e.g. "ERR_OT_OP_NOT_APPLIED".
  std::string message;  // One sentence that names the thing and the reason.

  friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return value_.has_value(); }
  explicit operator bool() const { return value_.has_value(); }

  // REQUIRES: has_value().
  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return const_cast<Result*>(this)->checked(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &const_cast<Result*>(this)->checked(); }

  // REQUIRES: !has_value().
  [[nodiscard]] const Error& error() const {
    CHECK(!value_.has_value());
    return error_;
  }

 private:
  T& checked() {
    CHECK(value_.has_value());
    return *value_;
  }

  std::optional<T> value_;
  Error error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  // Not defaulted: `return {}` would fill all of it with zeros.
  Result() {}                                        // NOLINT(modernize-use-equals-default)
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return !error_.has_value(); }

  // REQUIRES: !has_value().
  [[nodiscard]] const Error& error() const {
    CHECK(error_.has_value());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace cowrite
