#include "storage/format/column.h"

#include <zstd.h>

#include <cstdint>
#include <memory>

#include "ot/base/check.h"
#include "ot/base/varint.h"

namespace cowrite::storage {
namespace {

// Typing shrinks by a twentieth more with the second, for ten times the processor time.
constexpr int kQuickLevel = 6;
constexpr int kThoroughLevel = 16;

// A frame has about 15 bytes beside what it holds: packing fewer than these is in vain.
constexpr std::size_t kPackedColumnBytesMin = 64;

// What ZSTD works in is kept, one for each thread: making it costs more than packing a column.
ZSTD_CCtx& compressor() {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> kContext(ZSTD_createCCtx());
  CHECK(kContext != nullptr);
  return *kContext;
}

ZSTD_DCtx& decompressor() {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> kContext(ZSTD_createDCtx());
  CHECK(kContext != nullptr);
  return *kContext;
}

// Empty if the frame is not shorter than the bytes.
std::string packed(std::string_view bytes, Effort effort) {
  std::string frame(bytes.size() - 1, '\0');
  const std::size_t size =
      ZSTD_compressCCtx(&compressor(), frame.data(), frame.size(), bytes.data(), bytes.size(),
                        effort == Effort::kQuick ? kQuickLevel : kThoroughLevel);
  frame.resize(ZSTD_isError(size) != 0 ? 0 : size);
  return frame;
}

// Whether the frame was unpacked. It says how long its bytes are, which is checked before there is
// room for them.
bool unpack(std::string_view frame, std::string& bytes) {
  const std::uint64_t size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size > kPackedColumnBytesMax || size <= frame.size()) return false;  // Errors are greater.
  bytes.resize(size);
  return ZSTD_decompressDCtx(&decompressor(), bytes.data(), bytes.size(), frame.data(),
                             frame.size()) == size;
}

}  // namespace

void put_column(std::string_view bytes, Effort effort, std::string& out) {
  const bool may_shrink = effort != Effort::kNone && bytes.size() >= kPackedColumnBytesMin &&
                          bytes.size() <= kPackedColumnBytesMax;
  const std::string frame = may_shrink ? packed(bytes, effort) : std::string();
  const std::string_view stored = frame.empty() ? bytes : frame;
  ot::put_varint(2 * std::uint64_t{stored.size()} + (frame.empty() ? 0 : 1), out);
  out += stored;
}

std::string_view take_column(ValueReader& in, std::string& unpacked) {
  const std::uint64_t size = in.number();
  const std::string_view stored = in.bytes(size / 2);
  if (size % 2 == 0) return stored;
  if (unpack(stored, unpacked)) return unpacked;
  in.fail();
  return {};
}

}  // namespace cowrite::storage
