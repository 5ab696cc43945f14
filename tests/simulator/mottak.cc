#include "tests/simulator/mottak.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace utboks::simulator {

std::string_view Mottak::RessursOf(std::string_view path) {
  constexpr std::string_view kRoot = "/folkeregisteret/mottak/api/";
  if (!path.starts_with(kRoot)) return {};
  path.remove_prefix(kRoot.size());
  return path.find('/') == std::string_view::npos ? path : std::string_view();
}

Answer Mottak::Decide(const MottakRequest& request, const Receipt& receipt) const {
  if (request.throttled) return MakeThrottled(std::to_string(request.throttled->count()));
  if (request.client.empty()) return MakeError(401);
  const std::string_view ressurs = RessursOf(request.path);
  if (!contracts_.Knows(ressurs)) return MakeError(404);
  if (std::find(scenario_.not_in_agreement.begin(), scenario_.not_in_agreement.end(), ressurs) !=
      scenario_.not_in_agreement.end()) {
    return MakeError(403, {},
                     fmt::format("Produsent har ikke tilgang til å sende inn {}", ressurs));
  }
  if (request.method != "POST" && request.method != "HEAD") {
    Answer answer = MakeError(405);
    answer.headers.emplace_back("Allow", "POST, HEAD");
    return answer;
  }
  if (request.method == "HEAD") return {};
  if (request.accept.find("application/xml") == std::string_view::npos) return MakeError(406);
  if (const std::string fault = contracts_.Check(ressurs, request.body, request.content_type);
      !fault.empty()) {
    return MakeError(400, {}, {}, fault);
  }
  return MakeReceipt(receipt, request.identifier, request.reference);
}

}  // namespace utboks::simulator
