#include "producer/xml/attachment_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "queue/base/ascii.h"

namespace utboks {
namespace {

using Findings = std::vector<AttachmentFinding>;

// What file systems allow; a longer one is no file's.
constexpr std::size_t kLongestName = 255;

// It stands in quotes in a header of the request: what would end the quotes or the
// header, or be taken for a folder, must not come in.
bool FitsInHeader(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name != "." && name != ".." &&
         std::ranges::none_of(name, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '"' || c == '\\' ||
                  c == '/';
         });
}
bool IsAscii(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void CheckNamed(std::span<const std::string_view> named, std::span<const OfferedAttachment> offered,
                bool takes_any, Findings* findings) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const std::string_view name = named[i];
    const auto report = [&](std::string_view rule, std::string text, bool warning = false) {
      findings->push_back({rule, std::move(text), i, warning});
    };
    if (!FitsInHeader(name)) {
      report("attachment-name",
             "this cannot be a file's name: 1 to 255 characters without quotes, backslash, slash "
             "and control characters");
      continue;
    }
    if (!IsAscii(name)) {
      report("attachment-name",
             "the name has letters outside ASCII, and nobody knows how the register reads them",
             true);
    }
    if (!seen.insert(name).second) {
      report("attachment-twice", "the same attachment is named before");
      continue;
    }
    const auto fits = [&](const OfferedAttachment& one) { return one.name == name; };
    const auto nearly = [&](const OfferedAttachment& one) {
      return EqualsIgnoringCase(one.name, name);
    };
    if (!takes_any) {
      report("attachment-missing",
             "an attachment is named here, and this resource takes none: see `utboks schemas list` "
             "for one that does");
    } else if (std::ranges::any_of(offered, fits)) {
      continue;
    } else if (const auto near = std::ranges::find_if(offered, nearly); near != offered.end()) {
      report("attachment-case",
             fmt::format("attachment {} has this name but for upper and lower case",
                         near - offered.begin() + 1));
    } else {
      report("attachment-missing", "an attachment is named here, and none of this name was given");
    }
  }
}

void CheckOffered(std::span<const std::string_view> named,
                  std::span<const OfferedAttachment> offered, Findings* findings) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const OfferedAttachment& one = offered[i];
    if (!seen.insert(one.name).second) {
      findings->push_back({"attachment-twice",
                           fmt::format("attachment {} has the name of one before it", i + 1),
                           {}});
    } else if (std::ranges::none_of(named, [&](std::string_view name) {
                 return EqualsIgnoringCase(name, one.name);
               })) {
      findings->push_back(
          {"attachment-surplus",
           fmt::format("attachment {} is not named in the document (multipartnavn)", i + 1),
           {}});
    }
    if (one.bytes == 0) {
      findings->push_back({"attachment-empty", fmt::format("attachment {} is empty", i + 1), {}});
    }
  }
}

// The types that a form takes, for a person.
std::string TypesOf(const MultipartForm& form) {
  std::string types;
  for (const auto& part : form.attachments) {
    types += types.empty() ? "" : ", ";
    types += part.type.empty() ? "any" : part.type;
    if (part.most != MultipartForm::AttachmentPart().most) {
      types += fmt::format(" (at most {})", part.most);
    }
  }
  return types;
}

void CheckTypes(const MultipartForm& form, std::span<const std::string_view> named,
                std::span<const OfferedAttachment> offered, Findings* findings) {
  const std::vector<std::size_t> order = DocumentOrder(named, offered);
  std::vector<std::string_view> types;
  types.reserve(order.size());
  for (const std::size_t i : order) types.push_back(offered[i].type);
  const auto parts = AssignParts(form, types);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (parts[i] != nullptr) continue;
    findings->push_back(
        {"attachment-type",
         fmt::format("attachment {} ({}) has no part to go into: the resource takes "
                     "{}",
                     order[i] + 1, types[i], TypesOf(form)),
         {}});
  }
}

}  // namespace

std::vector<AttachmentFinding> CheckAttachments(const MultipartForm* form,
                                                std::span<const std::string_view> named,
                                                std::span<const OfferedAttachment> offered,
                                                std::size_t most) {
  Findings findings;
  CheckNamed(named, offered, form != nullptr, &findings);
  if (form == nullptr) {
    if (!offered.empty()) {
      findings.push_back({"attachment-surplus",
                          "this resource takes no attachments: see `utboks schemas list` for one "
                          "that does",
                          {}});
    }
    return findings;
  }
  CheckOffered(named, offered, &findings);
  CheckTypes(*form, named, offered, &findings);
  std::size_t bytes = 0;
  for (const OfferedAttachment& one : offered) bytes += one.bytes;
  if (bytes > most) {
    findings.push_back({"attachments-too-large",
                        fmt::format("the attachments have {} bytes together, and {} is the most "
                                    "([intake] max_attachments)",
                                    bytes, most),
                        {}});
  }
  if (named.empty() && offered.empty()) {
    findings.push_back({"attachments-none",
                        "no attachment is named, and this resource is for messages that have some",
                        {},
                        true});
  }
  return findings;
}

std::vector<std::size_t> DocumentOrder(std::span<const std::string_view> named,
                                       std::span<const OfferedAttachment> offered) {
  std::vector<std::size_t> order(offered.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) {
    return std::ranges::find(named, offered[i].name) - named.begin();
  });
  return order;
}

}  // namespace utboks
