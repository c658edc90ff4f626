// await: for a thread that may block, the answer of something that answers later, on another
// thread.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <utility>

namespace cowrite::storage {

// Whether to go on waiting, as asked every kAwaitInterval.
using KeepWaiting = std::function<bool()>;

inline constexpr std::chrono::milliseconds kAwaitInterval{50};

// Calls start(done), and returns the value that done(value) is called with; nothing, if the caller
// gives up before that. done() may still be called then.
template <typename T, typename Start>
[[nodiscard]] std::optional<T> await(Start start, const KeepWaiting& keep_waiting) {
  const auto promise = std::make_shared<std::promise<T>>();
  std::future<T> answer = promise->get_future();
  start([promise](T value) { promise->set_value(std::move(value)); });
  while (answer.wait_for(kAwaitInterval) != std::future_status::ready) {
    if (!keep_waiting()) return std::nullopt;
  }
  return answer.get();
}

}  // namespace cowrite::storage
