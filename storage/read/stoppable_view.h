// StoppableView: a view that ends what is read through it. Once it is stopped every look, and every
// further step of a scan, fails with kErrBusy; so whatever reads for long ends soon.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/errors.h"
#include "storage/store/view.h"

namespace cowrite::storage {

class StoppableView final : public View {
 public:
  // REQUIRES: both outlive it.
  StoppableView(const View& view, const std::atomic<bool>& stopped)
      : view_(view), stopped_(stopped) {}

  Result<std::optional<std::string>> get(Table table, std::string_view key) const override {
    if (stopped_) return ended();
    return view_.get(table, key);
  }
  Result<std::vector<std::optional<std::string>>> get_many(
      Table table, std::span<const std::string> keys) const override {
    if (stopped_) return ended();
    return view_.get_many(table, keys);
  }
  Result<void> scan(Table table, const KeyRange& range, Order order,
                    const EntryVisitor& visit) const override {
    if (stopped_) return ended();
    return view_.scan(table, range, order,
                      [&](std::string_view key, std::string_view value) -> Result<Visit> {
                        if (stopped_) return ended();
                        return visit(key, value);
                      });
  }
  Result<std::uint64_t> bytes_between(Table table, const KeyRange& range) const override {
    if (stopped_) return ended();
    return view_.bytes_between(table, range);
  }
  Result<std::uint64_t> disk_bytes(Table table, const KeyRange& range) const override {
    if (stopped_) return ended();
    return view_.disk_bytes(table, range);
  }

 private:
  static Error ended() { return {kErrBusy, "the program is ending; nothing more is read"}; }

  const View& view_;
  const std::atomic<bool>& stopped_;
};

}  // namespace cowrite::storage
