#include "tests/tools/served_folder.h"

#include <chrono>
#include <utility>

#include "ot/operation.h"
#include "tests/storage/document_writer.h"

namespace cowrite::cli {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

ot::Operation two_places() {
  ot::OperationBuilder builder;
  builder.insert("So: ").retain(6).erase_text("world").insert("you");
  return std::move(builder).build();
}

void write_documents(storage::OperationLog& log) {
  const auto document = [&log](const std::string& id, const std::string& collection = "docs") {
    return storage::DocumentWriter(log, {collection, id});
  };
  document("notes")
      .by("Ann")
      .at("2026-01-05T06:11:00Z")
      .create("hello\n")
      .by("Bob")
      .at("2026-01-05T06:12:00.5Z")
      .insert(5, " world")
      .by("")
      .at("2026-01-06T00:00:00Z")
      .edit(two_places());
  document("empty").at("2026-01-05T06:11:00Z").create("");
  document("gone")
      .by("Ann")
      .at("2026-01-05T06:11:00Z")
      .create("text")
      .at("2026-01-05T06:12:00Z")
      .remove();
  document("evil\x1b[31m\n")
      .by("\x1b]0;owned\x07")
      .at("2026-01-05T06:11:00Z")
      .create("\x1b[2Jboo\r\n\tok\n");
  document("a/b").at("2026-01-05T06:11:00Z").create("slash");
  document("..").at("2026-01-05T06:11:00Z").create("dots");
  document("日本").at("2026-01-05T06:11:00Z").create("日本\r\n😀");
  document("-x").at("2026-01-05T06:11:00Z").create("dash");
  document("ls").at("2026-01-05T06:11:00Z").create("named like a command");
  document("recent", "fresh")
      .by("Ann")
      .at_ms(now_ms() - 3 * kHourMs - kHourMs / 2)
      .create(std::string(2'048, 'x'));
  document("old", "fresh").by("Somebody Else").at("2026-01-05T06:11:00Z").create("12");
  document("long", "long").at("2026-01-05T06:11:00Z").create("").type(2'500);
}

}  // namespace

ServedFolder::ServedFolder()
    : log_(storage::open_folder(path_)),
      api_(*log_),
      endpoint_([this](const http::Request& request, http::Respond respond) {
        api_.handle(request, std::move(respond));
      }) {
  write_documents(*log_);
}

ServedFolder& served_folder() {
  static ServedFolder folder;
  return folder;
}

}  // namespace cowrite::cli
