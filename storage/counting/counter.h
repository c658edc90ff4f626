// Counters for whoever watches the server. What counts owns them; they are read when somebody asks,
// which costs those who count nothing.
#pragma once

#include <atomic>
#include <cstdint>

namespace cowrite::counting {

// A number that one thread changes, at the price of a plain integer, and any thread reads.
class Counter {
 public:
  void add(std::uint64_t more = 1) { set(value() + more); }
  // REQUIRES: it is not less.
  void subtract(std::uint64_t less = 1) { set(value() - less); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }

  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// A number that many threads change: for what is rare, since they wait for each other's caches.
class SharedCounter {
 public:
  void add(std::uint64_t more = 1) { value_.fetch_add(more, std::memory_order_relaxed); }

  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

}  // namespace cowrite::counting
