#include "server/http/health.h"

#include "server/http/json_fields.h"
#include "server/http/json_objects.h"
#include "server/http/responses.h"

namespace cowrite::http {
namespace {

std::optional<std::string> problem_with_health(const Vitals& vitals) {
  if (vitals.log_failed) return "The log has failed: the server ends.";
  if (!vitals.waits_for_disk) return std::nullopt;
  return "The disk has " + std::to_string(vitals.disk_free_bytes.value_or(0)) +
         " bytes free, and the reserve is " + std::to_string(vitals.disk_reserve_bytes) +
         ": what is typed waits until there is room, and reading goes on.";
}

std::optional<std::string> problem_with_readiness(const Vitals& vitals) {
  if (vitals.log_failed) return "The log has failed: the server ends.";
  if (vitals.stopping) return "The server is shutting down.";
  return std::nullopt;
}

void write_report(protocol::JsonWriter& json, const HealthReport& report) {
  json.boolean("ok", !report.problem);
  if (report.problem) json.text("problem", *report.problem);
  json.begin_object("disk");
  if (report.disk_free_bytes) json.integer("free", *report.disk_free_bytes);
  json.integer("reserve", report.disk_reserve_bytes).end_object();
}

HealthReport read_report(JsonFields& fields) {
  HealthReport report;
  if (!fields.boolean("ok")) report.problem = fields.text("problem");
  JsonFields disk = fields.object("disk");
  if (disk.has("free")) report.disk_free_bytes = disk.integer("free");
  report.disk_reserve_bytes = disk.integer("reserve");
  return report;
}

Response respond(const Request& request, const Vitals& vitals, std::string_view well,
                 std::optional<std::string> problem) {
  if (!request.only_reads()) return only_reads_response("The server's health can only be read.");
  const HealthReport report = {std::move(problem), vitals.disk_free_bytes,
                               vitals.disk_reserve_bytes};
  const bool wants_json =
      request.header("accept").find("application/json") != std::string_view::npos;
  Response response = wants_json ? json_response(health_json(report))
                                 : plain_response(200, report.problem.value_or(std::string(well)));
  if (report.problem) response.status = 503;
  return response;
}

}  // namespace

Response respond_health(const Request& request, const Vitals& vitals) {
  return respond(request, vitals, "ok", problem_with_health(vitals));
}

Response respond_readiness(const Request& request, const Vitals& vitals) {
  return respond(request, vitals, "ready", problem_with_readiness(vitals));
}

std::string health_json(const HealthReport& report) { return object_json(report, write_report); }
Result<HealthReport> parse_health(std::string_view json) { return parse_reply(json, read_report); }

}  // namespace cowrite::http
