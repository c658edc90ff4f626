#include "server/http/operator_token.h"

#include <openssl/crypto.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "storage/errors.h"
#include "storage/random_id.h"
#include "storage/store/data_folder.h"
#include "storage/store/side_file.h"

namespace cowrite::http {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::size_t kDigits = 64;

Error cannot(const std::string& what, const std::string& path, int reason) {
  return {storage::kErrIo,
          "cannot " + what + " " + path + ": " + std::generic_category().message(reason)};
}

}  // namespace

std::string operator_token_path(const std::string& folder) {
  return folder + "/" + std::string(storage::kOperatorTokenFile);
}

Result<std::string> load_or_create_operator_token(const std::string& folder) {
  const std::string path = operator_token_path(folder);
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno != ENOENT) return cannot("read", path, errno);
    const std::string token = storage::random_hex(kDigits);
    const Result<void> written =
        storage::write_side_file(folder, storage::kOperatorTokenFile, token + "\n");
    if (!written) return written.error();
    return token;
  }
  if (!S_ISREG(found.st_mode) || (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{kErrTokenFile, path +
                                    ": others than its owner may read it; remove it and start "
                                    "again, then there is a new token"};
  }
  return read_operator_token(path);
}

Result<std::string> read_operator_token(const std::string& path) {
  std::ifstream file(path);
  std::string token;
  if (!file || !std::getline(file, token)) {
    return Error{kErrTokenFile, "cannot read an operator's token from " + path};
  }
  if (token.size() != kDigits || token.find_first_not_of(kHex) != std::string::npos) {
    return Error{kErrTokenFile, path + ": what it holds is no operator's token"};
  }
  return token;
}

bool is_same_token(std::string_view given, std::string_view token) {
  return given.size() == token.size() &&
         CRYPTO_memcmp(given.data(), token.data(), token.size()) == 0;
}

}  // namespace cowrite::http
