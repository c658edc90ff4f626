// FollowedMemory: what all clients follow and wait for may take: their subscriptions with the
// documents that are open for them, channels, presences, and reads that wait. The process has one.
//
// Most of it stays as long as its client does, so who asks for more than there is gets none.
// Connections that hold little may use all of it, the others half: however many follow thousands of
// documents, there is room for those who open one.
//
// Thread-safe; an account belongs to the thread of its connection.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace cowrite::session {

class FollowedMemory {
 public:
  explicit FollowedMemory(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t bytes_max() const { return bytes_max_; }

  // What one connection holds of it, until it is gone.
  class Account : public std::enable_shared_from_this<Account> {
   public:
    // Null stands for memory without a bound.
    explicit Account(std::shared_ptr<FollowedMemory> memory) : memory_(std::move(memory)) {}
    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;
    ~Account() { give_back(bytes_); }

    // False, and nothing is taken, if there is no room for it.
    [[nodiscard]] bool take(std::size_t bytes);
    // Takes also what there is no room for: it is in memory anyhow.
    void hold(std::size_t bytes);
    // REQUIRES: it has them.
    void give_back(std::size_t bytes);
    // The same when what this returns is gone, which may be after the connection. REQUIRES: owned
    // by a shared_ptr.
    [[nodiscard]] std::shared_ptr<const void> give_back_later(std::size_t bytes);

    // It may hold what it holds.
    [[nodiscard]] bool fits() const;
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

   private:
    std::shared_ptr<FollowedMemory> memory_;
    std::size_t bytes_ = 0;
  };

 private:
  // All of a connection with so many.
  [[nodiscard]] std::size_t usable(std::size_t bytes) const;

  const std::size_t bytes_max_;
  std::atomic<std::size_t> bytes_ = 0;
};

}  // namespace cowrite::session
