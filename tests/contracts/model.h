// The register's contracts as tests/data/contracts.json has them: content models
// and facets, derived from the published files by others than us.  Nothing here
// knows our schemas.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace utboks::contracts {

inline constexpr std::string_view kXsd = "http://www.w3.org/2001/XMLSchema";
inline constexpr std::string_view kXsi = "http://www.w3.org/2001/XMLSchema-instance";
inline constexpr std::string_view kSignature = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr std::size_t kUnbounded = static_cast<std::size_t>(-1);

struct Name {
  std::string space, local;
  // clang-tidy 14 takes the zero that this is made of for a pointer.
  auto operator<=>(const Name&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct Particle {
  enum class Kind { kSequence, kChoice, kElement, kReference, kAny };
  Kind kind = Kind::kSequence;
  std::size_t min = 1, max = 1;
  std::vector<Particle> parts;  // of a sequence or a choice
  Name name;                    // of an element or a reference
  Name type;                    // of an element
  bool nillable = false;        // an element
  bool any_namespace = false;   // a wildcard: of any namespace, else of none but the contract's
  bool strict = false;          // a wildcard: what stands there must be declared
};

struct Attribute {
  std::string name;
  Name type;
  bool required = false;
};

struct ComplexType {
  bool abstract = false, mixed = false;
  Name base;                        // local "" = none
  std::optional<Particle> content;  // with that of the base in front; nothing: none
  bool simple = false;              // a value with attributes: `base` is its type
  std::vector<Attribute> attributes;
};

struct SimpleType {
  Name base;
  std::string builtin;  // "string": what it comes down to
  std::optional<std::size_t> length, min_length, max_length;
  std::vector<std::string> patterns;  // each must match
  std::vector<std::string> values;    // enumerated; none: any
};

struct Element {
  Name type;
  bool nillable = false;
};

struct Contract {
  std::string id, code;  // "MeldingOmDoedsfall_v1.0", "D0"
  std::string file;      // of its schema
  std::string space;
  Name root;
};

// All of it; const once loaded.
class Model {
 public:
  // Ends the test program when the file cannot be read: no test can say anything then.
  static Model Load(const std::string& path);

  const std::vector<Contract>& contracts() const { return contracts_; }
  const Contract& Get(std::string_view code) const;

  // What a document of one contract may name: its own types and elements, those of the
  // signature where it imports them.  Nothing when it has none such.
  const ComplexType* Complex(const Contract& contract, const Name& type) const;
  const SimpleType* Simple(const Contract& contract, const Name& type) const;
  const Element* Global(const Contract& contract, const Name& element) const;
  std::vector<Name> TypeNames(const Contract& contract) const;
  bool Imports(const Contract& contract) const;

 private:
  struct Space;
  const Space* Find(const Contract& contract, std::string_view space) const;

  std::vector<Contract> contracts_;
  std::map<std::string, std::shared_ptr<const Space>, std::less<>> spaces_;  // by code
};

}  // namespace utboks::contracts
