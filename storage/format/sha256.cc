#include "storage/format/sha256.h"

#include <openssl/evp.h>

#include <memory>

#include "ot/base/check.h"

namespace cowrite::storage {
namespace {

// Looked up once: that takes longer than hashing a record.
struct Hasher {
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> method{EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                         &EVP_MD_free};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
  thread_local Hasher hasher;
  EVP_MD_CTX* const context = hasher.context.get();
  std::array<std::uint8_t, 32> digest{};
  CHECK(EVP_DigestInit_ex2(context, hasher.method.get(), nullptr) == 1);
  CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
  CHECK(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace cowrite::storage
