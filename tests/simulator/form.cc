#include "tests/simulator/form.h"

#include <Poco/Exception.h>
#include <Poco/MemoryStream.h>
#include <Poco/Net/MediaType.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/MultipartReader.h>
#include <Poco/Net/NameValueCollection.h>
#include <Poco/StreamCopier.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace utboks::simulator {
namespace {

namespace net = Poco::Net;

FormPart ReadPart(net::MultipartReader& reader) {
  net::MessageHeader header;
  reader.nextPart(header);
  FormPart part;
  std::string disposition;
  net::NameValueCollection parameters;
  net::MessageHeader::splitParameters(header.get("Content-Disposition", ""), disposition,
                                      parameters);
  part.name = parameters.get("name", "");
  part.filename = parameters.get("filename", "");
  part.type = header.get("Content-Type", "");
  Poco::StreamCopier::copyToString(reader.stream(), part.content);
  return part;
}

}  // namespace

std::optional<std::vector<FormPart>> ReadForm(const std::string& content_type,
                                              std::string_view body) {
  try {
    const net::MediaType media(content_type);
    if (!media.matches("multipart", "form-data") || !media.hasParameter("boundary")) return {};
    const std::string& boundary = media.getParameter("boundary");
    const std::string end = "\r\n--" + boundary + "--";
    if (body.find(end) == std::string_view::npos) return {};
    Poco::MemoryInputStream stream(body.data(), static_cast<std::streamsize>(body.size()));
    net::MultipartReader reader(stream, boundary);
    std::vector<FormPart> parts;
    while (reader.hasNextPart()) parts.push_back(ReadPart(reader));
    return parts;
  } catch (const Poco::Exception&) {
    return {};
  }
}

std::string_view FirstPart(std::string_view body) {
  if (!body.starts_with("--")) return body;
  constexpr std::string_view kBlank = "\r\n\r\n";
  const std::string boundary = "\r\n" + std::string(body.substr(0, body.find("\r\n")));
  const std::size_t blank = body.find(kBlank);
  if (blank == std::string_view::npos) return {};
  body.remove_prefix(blank + kBlank.size());
  return body.substr(0, body.find(boundary));
}

std::string CheckParts(const Form& form, std::span<const FormPart> parts) {
  std::map<std::string, std::size_t> count;
  for (const FormPart& part : parts) {
    const std::size_t number = ++count[part.name];
    if (part.name == form.document) {
      if (number > 1) return fmt::format("the part {} comes twice", part.name);
      if (!part.type.starts_with("application/xml")) {
        return fmt::format("the part {} is not application/xml", part.name);
      }
      continue;
    }
    const auto wanted = std::ranges::find(form.attachments, part.name, &Form::Part::name);
    if (wanted == form.attachments.end()) return fmt::format("unknown part {}", part.name);
    if (wanted->most != 0 && number > wanted->most) {
      return fmt::format("the part {} comes {} times", part.name, number);
    }
    if (!wanted->type.empty() && part.type != wanted->type) {
      return fmt::format("the part {} is not {}", part.name, wanted->type);
    }
    if (part.content.empty()) return fmt::format("the part {} is empty", part.name);
  }
  if (count[form.document] == 0) return fmt::format("the part {} is missing", form.document);
  return {};
}

std::string CheckNames(const Form& form, std::span<const FormPart> parts,
                       std::span<const std::string> named) {
  const std::set<std::string> wanted(named.begin(), named.end());
  std::set<std::string> given;
  for (const FormPart& part : parts) {
    if (part.name == form.document) continue;
    if (!given.insert(part.filename).second) return "two attachments have the same filename";
    if (!wanted.contains(part.filename)) return "an attachment is not named by multipartnavn";
  }
  return given == wanted ? std::string() : "an attachment that multipartnavn names is missing";
}

}  // namespace utboks::simulator
