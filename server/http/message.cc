#include "server/http/message.h"

namespace cowrite::http {

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return result;
}

std::string_view Request::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

Response plain_response(int status, std::string_view sentence) {
  return {status,
          std::string(sentence) + "\n",
          {{"Content-Type", "text/plain; charset=utf-8"},
           {"Cache-Control", "no-store"},
           {"X-Content-Type-Options", "nosniff"}}};
}

Response only_reads_response(std::string_view sentence) {
  Response response = plain_response(405, sentence);
  response.headers.emplace_back("Allow", kReadingMethods);
  return response;
}

}  // namespace cowrite::http
