// DocumentMemory: what all open documents may take, and with them the texts that are on their way
// to clients. The process has one.
//
// Whoever opens a document or reads an old text charges it here first. Without room it tries again
// later, and meanwhile documents that are not in use this moment leave, and clients that do not
// take their texts are dropped. Small texts and large ones have a part each, so that large ones do
// not keep small ones out.
//
// What is open already may grow past the bound, since an edit is never refused for want of room.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace cowrite::document {

class DocumentMemory : public std::enable_shared_from_this<DocumentMemory> {
 private:
  struct Part {
    std::size_t bytes_max = 0;
    std::atomic<std::size_t> bytes = 0;
    std::atomic<bool> wanted = false;  // Somebody found no room.
  };

 public:
  // Bytes that are counted as long as it lives, or none.
  class Charge {
   public:
    Charge() = default;
    Charge(Charge&& other) noexcept
        : memory_(std::move(other.memory_)),
          part_(other.part_),
          bytes_(std::exchange(other.bytes_, 0)) {}
    Charge& operator=(Charge&& other) noexcept;
    ~Charge() { resize(0); }

    // False if there was no room.
    explicit operator bool() const { return memory_ != nullptr; }
    // Of one that had room.
    void resize(std::size_t bytes);

   private:
    friend class DocumentMemory;
    Charge(std::shared_ptr<DocumentMemory> memory, Part& part, std::size_t bytes)
        : memory_(std::move(memory)), part_(&part), bytes_(bytes) {}

    std::shared_ptr<DocumentMemory> memory_;
    Part* part_ = nullptr;
    std::size_t bytes_ = 0;
  };

  // `on_full` is called, from any thread, each time that there was no room, or hardly any is left.
  explicit DocumentMemory(
      std::size_t bytes_max, std::function<void()> on_full = [] {});

  // False if there is no room. What is larger than half of its part counts as that half, so that
  // the largest document can be opened, too. REQUIRES: owned by a shared_ptr, as below.
  [[nodiscard]] Charge try_charge(std::size_t bytes);
  // Charges also what there is no room for: it is in memory anyhow.
  [[nodiscard]] Charge charge(std::size_t bytes);

  [[nodiscard]] std::size_t bytes() const { return small_.bytes + large_.bytes; }
  [[nodiscard]] std::size_t bytes_max() const { return small_.bytes_max + large_.bytes_max; }
  // There is little room in one of the parts, or less than somebody wanted.
  [[nodiscard]] bool scarce() const { return scarce(small_) || scarce(large_); }
  // All has been done: who still finds no room says so again.
  void give_in() { small_.wanted = large_.wanted = false; }

 private:
  [[nodiscard]] Part& part_of(std::size_t bytes);
  [[nodiscard]] static bool scarce(const Part& part) {
    const std::size_t most = part.wanted ? part.bytes_max / 2 : part.bytes_max / 8 * 7;
    return part.bytes > most;
  }

  const std::function<void()> on_full_;
  Part small_;
  Part large_;
};

}  // namespace cowrite::document
