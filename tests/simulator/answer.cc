#include "tests/simulator/answer.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timestamp.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tests/simulator/document.h"

namespace utboks::simulator {
namespace {

constexpr std::string_view kXml = "application/xml; charset=UTF-8";
constexpr std::string_view kXmlHead = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)";
constexpr std::string_view kPackage = "ske.folkeregister.mottak.infrastructure.exceptions.";

struct Usual {
  int status;
  std::string_view feilkode;  // after kPackage
  std::string_view feilmelding;
};
// Only the name for 403 is documented, ValideringsFeil is known from a producer's
// guide; the others are ours.
constexpr Usual kUsual[] = {
    {400, "ValideringsFeil", "Innsendt melding er ikke gyldig XML eller validerer ikke iht. XSD"},
    {401, "AutentiseringManglerException", "Autentiseringsinformasjon mangler"},
    {403, "KonsumentManglerTilgangException", "Produsent har ikke tilgang til tjenesten"},
    {404, "UkjentRessursException", "Feil uri brukt"},
    {405, "MetodeIkkeStoettetException", "Metoden er ikke støttet"},
    {406, "AcceptHeaderException", "Oppgitt Accept-header inneholder ikke 'application/xml'"},
    {413, "MeldingForStorException", "Innsendt melding er for stor"},
    {429, "ForMangeKallException", "For mange kall er gjort på for kort tid"},
    {500, "TekniskFeilException", "Feil i tjenesten. Vennligst prøv igjen seinere."},
};

const Usual& UsualOf(int status) {
  for (const Usual& usual : kUsual) {
    if (usual.status == status) return usual;
  }
  return kUsual[std::size(kUsual) - 1];
}

std::string_view Reason(int status) {
  static const auto reason = [](int code) -> const std::string& {
    return Poco::Net::HTTPResponse::getReasonForStatus(
        static_cast<Poco::Net::HTTPResponse::HTTPStatus>(code));
  };
  return reason(status);
}

}  // namespace

Answer MakeError(int status, std::string_view feilkode, std::string_view feilmelding,
                 std::string_view tilleggsinformasjon) {
  const Usual& usual = UsualOf(status);
  Answer answer;
  answer.status = status;
  answer.content_type = kXml;
  answer.body = fmt::format(
      "{}\n<folkeregisterFeilmelding><httpStatus>{}</httpStatus>"
      "<alvorlighetsgrad>WARNING</alvorlighetsgrad><feilkode>{}</feilkode>"
      "<feilmelding>{}</feilmelding><tilleggsinformasjon>{}</tilleggsinformasjon>"
      "</folkeregisterFeilmelding>\n",
      kXmlHead, status,
      feilkode.empty() ? fmt::format("{}{}", kPackage, usual.feilkode) : EscapeXml(feilkode),
      EscapeXml(feilmelding.empty() ? usual.feilmelding : feilmelding),
      EscapeXml(tilleggsinformasjon));
  return answer;
}

Answer MakeThrottled(const std::optional<std::string>& retry_after) {
  Answer answer = MakeError(429);
  if (retry_after) answer.headers.emplace_back("Retry-After", *retry_after);
  return answer;
}

Answer MakeReceipt(const Receipt& receipt, std::string_view identifier,
                   const std::string& reference) {
  Answer answer;
  answer.status = receipt.status;
  answer.content_type = kXml;
  answer.accepted = true;
  answer.reference = reference;
  if (receipt.form == ReceiptForm::kEmpty) return answer;
  if (receipt.form == ReceiptForm::kGarbage) {
    answer.body = "<meldingMottatt><folkeregisterReferanse>";
    return answer;
  }
  const std::string shown =
      EscapeXml(identifier) + (receipt.form == ReceiptForm::kOtherIdentifier ? "-annen" : "");
  answer.body =
      fmt::format("{}\n<meldingMottatt><folkeregisterReferanse>{}</folkeregisterReferanse>",
                  kXmlHead, reference);
  if (receipt.form != ReceiptForm::kNoIdentifier) {
    answer.body +=
        fmt::format("<avsendersMeldingsidentifikator>{}</avsendersMeldingsidentifikator>", shown);
  }
  answer.body += "</meldingMottatt>\n";
  return answer;
}

Answer MakePage(const Page& page, std::string_view support_id) {
  Answer answer;
  answer.status = page.status;
  answer.content_type = "text/html; charset=utf-8";
  answer.headers.emplace_back("Cache-Control", "no-cache");
  if (page.firewall) {
    answer.body = fmt::format(
        "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. "
        "Please consult with your administrator.<br><br>Your support ID is: {}<br><br>"
        "<a href='javascript:history.back();'>[Go Back]</a></body></html>\n",
        support_id);
  } else {
    answer.body = fmt::format(
        "<html><body><h1>{} {}</h1>\nNo server is available to handle this request.\n"
        "</body></html>\n",
        page.status, Reason(page.status));
  }
  return answer;
}

std::string Wire(const Answer& answer, bool head, bool keep_alive, WallTime now) {
  std::string wire = fmt::format("HTTP/1.1 {} {}\r\n", answer.status, Reason(answer.status));
  const auto header = [&](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(wire), "{}: {}\r\n", name, value);
  };
  // One that a scenario names stands instead: a register whose clock is off.
  const bool dated = std::any_of(answer.headers.begin(), answer.headers.end(),
                                 [](const auto& one) { return one.first == "Date"; });
  if (!dated)
    header("Date", Poco::DateTimeFormatter::format(Poco::Timestamp(ToMillis(now) * 1000),
                                                   Poco::DateTimeFormat::HTTP_FORMAT));
  if (!answer.content_type.empty()) header("Content-Type", answer.content_type);
  for (const auto& [name, value] : answer.headers) header(name, value);
  header("Content-Length", std::to_string(answer.body.size()));
  header("Connection", keep_alive ? "Keep-Alive" : "Close");
  wire += "\r\n";
  if (!head) wire += answer.body;
  return wire;
}

std::size_t StatusLineEnd(std::string_view wire) {
  return wire.find("\r\n") + 2;
}

std::size_t BodyStart(std::string_view wire) {
  return wire.find("\r\n\r\n") + 4;
}

}  // namespace utboks::simulator
