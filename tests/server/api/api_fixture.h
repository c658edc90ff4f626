// ApiFixture: the API on a real log in memory, asked as the transport asks it.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <semaphore>
#include <string>
#include <string_view>

#include "server/api/api.h"
#include "storage/read/reader_pool.h"
#include "storage/rocksdb_log.h"
#include "tests/server/api/document_writer.h"

namespace cowrite::server {

class ApiFixture : public testing::Test {
 protected:
  DocumentWriter write(const std::string& id, const std::string& collection = "docs") {
    return {*log_, {collection, id}};
  }

  std::future<HttpResponse> send(const std::string& method, const std::string& path,
                                 const std::string& query) {
    auto answer = std::make_shared<std::promise<HttpResponse>>();
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.query = query;
    api_.handle(request,
                [answer](HttpResponse response) { answer->set_value(std::move(response)); });
    return answer->get_future();
  }

  HttpResponse get(const std::string& path, const std::string& query = "") {
    return send("GET", path, query).get();
  }

  nlohmann::json get_json(const std::string& path, const std::string& query = "") {
    const HttpResponse response = get(path, query);
    EXPECT_EQ(response.status, 200) << path << "?" << query << ": " << response.body;
    EXPECT_EQ(header(response, "Content-Type"), "application/json");
    return nlohmann::json::parse(response.body);
  }

  // "404 ERR_DOCUMENT_UNKNOWN"
  std::string error_of(const std::string& path, const std::string& query = "") {
    const HttpResponse response = get(path, query);
    const nlohmann::json body = nlohmann::json::parse(response.body);
    EXPECT_FALSE(body["error"]["message"].get<std::string>().empty());
    return std::to_string(response.status) + " " + body["error"]["code"].get<std::string>();
  }

  static std::string header(const HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return {};
  }

  std::unique_ptr<storage::RocksDbLog> log_ =
      *storage::RocksDbLog::open("", storage::OpenMode::kInMemory);
  Api api_{*log_};
};

}  // namespace cowrite::server
