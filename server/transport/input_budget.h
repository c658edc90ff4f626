// InputBudget: the memory for what clients of one loop are sending and is not whole yet: messages
// and bodies of requests. A client gets room before its bytes are read; where there is none, it
// waits and is not read.
//
// A message that is read may take more memory than its bytes. Its grant grows with it, beyond the
// bound if need be, and nobody is given room until all is within it again.
//
// Who waits gets room in this order: small before large, of these the payer that holds least first,
// of its requests the smallest. Large requests leave a part of the budget to small ones, so that
// nobody who types waits for those who send books.
//
// Thread-safe, but for serve(): a grant may be given back anywhere.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "storage/payer.h"

namespace cowrite::transport {

class InputBudget : public std::enable_shared_from_this<InputBudget> {
 public:
  // Room that somebody holds; it is given back at the end.
  class Grant {
   public:
    Grant() = default;
    Grant(Grant&& other) noexcept { *this = std::move(other); }
    Grant& operator=(Grant&& other) noexcept;
    ~Grant() { give_back(); }

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    void give_back();
    // Makes one of two of the same payer.
    void add(Grant other);
    // Takes more, if that is more, whether there is room or not: it is in memory anyhow.
    void grow_to(std::uint64_t bytes);

   private:
    friend InputBudget;
    Grant(std::shared_ptr<InputBudget> budget, storage::Payer payer, std::uint64_t bytes)
        : budget_(std::move(budget)), payer_(payer), bytes_(bytes) {}

    std::shared_ptr<InputBudget> budget_;
    storage::Payer payer_ = {};
    std::uint64_t bytes_ = 0;
  };

  // A place in the line; it is given up at the end.
  using Place = std::shared_ptr<void>;

  // `wake` is called where room has come for somebody who waits: it has serve() called soon, and
  // may fail. REQUIRES: owned by a shared_ptr; bytes_max >= kInputBytesMin.
  InputBudget(std::uint64_t bytes_max, std::function<void()> wake);

  // Empty if there is no room, or others wait for it.
  [[nodiscard]] Grant take(storage::Payer payer, std::uint64_t bytes);
  // Calls `given` from a later serve(), unless the place was given up. REQUIRES: bytes <=
  // kMessageBytesMax.
  [[nodiscard]] Place wait(storage::Payer payer, std::uint64_t bytes,
                           std::function<void(Grant)> given);

  // Gives what room there is to those who wait. To be called again and again, by one thread.
  void serve();

  [[nodiscard]] bool is_waited_for() const;
  [[nodiscard]] std::uint64_t bytes() const;  // That are held.

 private:
  // In the order of a payer's line: the smallest request first, of equal ones the oldest.
  struct Ticket {
    std::uint64_t bytes = 0;
    std::uint64_t number = 0;
    friend auto operator<=>(const Ticket&, const Ticket&) = default;
  };
  struct Account {
    std::uint64_t held = 0;
    std::map<Ticket, std::function<void(Grant)>> line;
  };
  // A payer who waits, in the order of all lines.
  struct Turn {
    bool large = false;
    std::uint64_t held = 0;
    Ticket first;
    storage::Payer payer = {};
    friend auto operator<=>(const Turn&, const Turn&) = default;
  };

  static Turn turn_of(storage::Payer payer, const Account& account);
  [[nodiscard]] bool fits(std::uint64_t bytes) const;
  void charge(storage::Payer payer, std::uint64_t bytes);
  void release(storage::Payer payer, std::uint64_t bytes);
  void leave(storage::Payer payer, const Ticket& ticket);
  // Changes an account, and with it the payer's turn.
  template <typename Change>
  void change(storage::Payer payer, Change change);

  const std::uint64_t bytes_max_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::uint64_t held_ = 0;
  std::uint64_t tickets_ = 0;
  std::map<storage::Payer, Account> accounts_;  // Of those who hold something or wait.
  std::set<Turn> turns_;
};

}  // namespace cowrite::transport
