// SmallArray<T, N>: a growing array that keeps up to N elements inside itself and more on the heap.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "ot/base/check.h"

namespace cowrite::ot {

template <typename T, std::uint32_t N>
class SmallArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  SmallArray() = default;
  SmallArray(const SmallArray& other) {
    if (other.is_inside()) {
      storage_ = other.storage_;  // Of a size known to the compiler, so not a call.
      size_ = other.size_;
    } else {
      append(other.data(), other.size());
    }
  }
  SmallArray(SmallArray&& other) noexcept { take(other); }
  SmallArray& operator=(const SmallArray& other) {
    if (this != &other) *this = SmallArray(other);
    return *this;
  }
  SmallArray& operator=(SmallArray&& other) noexcept {
    if (this != &other) {
      release();
      take(other);
    }
    return *this;
  }
  ~SmallArray() { release(); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T* data() { return const_cast<T*>(std::as_const(*this).data()); }
  [[nodiscard]] const T* data() const {
    if (!is_inside()) [[unlikely]] {
      return storage_.heap;
    }
    return storage_.inside;
  }
  // REQUIRES: index < size().
  [[nodiscard]] T& operator[](std::size_t index) { return data()[index]; }
  [[nodiscard]] const T& operator[](std::size_t index) const { return data()[index]; }
  // REQUIRES: !empty().
  [[nodiscard]] T& back() { return data()[size_ - 1]; }

  void push_back(const T& value) {
    if (size_ == capacity_) grow(std::size_t{size_} + 1);
    data()[size_++] = value;
  }

  // What it takes on the heap.
  [[nodiscard]] std::size_t heap_bytes() const {
    return is_inside() ? 0 : std::size_t{capacity_} * sizeof(T);
  }
  // Gives back what it has taken there for more elements.
  void shrink_to_fit() {
    if (!is_inside() && size_ < capacity_) *this = SmallArray(*this);
  }

  // REQUIRES: the elements are not of this array.
  void append(const T* elements, std::size_t count) {
    if (count > std::size_t{capacity_} - size_) grow(size_ + count);
    std::copy_n(elements, count, data() + size_);
    size_ += static_cast<std::uint32_t>(count);
  }

  // REQUIRES: size <= size().
  void truncate(std::size_t size) { size_ = static_cast<std::uint32_t>(size); }

  friend bool operator==(const SmallArray& left, const SmallArray& right) {
    return std::equal(left.data(), left.data() + left.size(), right.data(),
                      right.data() + right.size());
  }

 private:
  union Storage {
    T inside[N];
    T* heap;
  };

  [[nodiscard]] bool is_inside() const { return capacity_ == N; }

  void grow(std::size_t size_min) {
    CHECK(size_min <= std::numeric_limits<std::uint32_t>::max());
    const std::size_t doubled = std::size_t{capacity_} * 2;
    const std::size_t capacity = std::min<std::size_t>(std::max(size_min, doubled),
                                                       std::numeric_limits<std::uint32_t>::max());
    T* heap = new T[capacity];
    std::copy_n(data(), size_, heap);
    release();
    storage_.heap = heap;
    capacity_ = static_cast<std::uint32_t>(capacity);
  }

  void release() {
    if (!is_inside()) delete[] storage_.heap;
  }

  // REQUIRES: this array holds no heap memory, or has just released it.
  void take(SmallArray& other) {
    storage_ = other.storage_;
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, N);
  }

  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = N;
  Storage storage_;
};

}  // namespace cowrite::ot
