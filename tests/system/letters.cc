#include "tests/system/letters.h"

#include <fmt/format.h>

namespace utboks::testing {
namespace {

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

}  // namespace

std::string WrongNumber(int n) {
  std::string number = PersonNumber(n);
  number.back() = number.back() == '9' ? '0' : static_cast<char>(number.back() + 1);
  return number;
}

std::string DeathNotice(std::string_view identifier, std::string_view number) {
  return fmt::format(
      R"(<?xml version="1.0" encoding="UTF-8"?>
<meldingOmDoedsfall xmlns="folkeregisteret:melding:doedsfall:v1">
  <innsending>
    <avsendersMeldingsidentifikator>{0}</avsendersMeldingsidentifikator>
    <avsendersInnsendingstidspunkt>2026-05-21T09:30:00+02:00</avsendersInnsendingstidspunkt>
  </innsending>
  <forespoersel>
    <forespoerselssdato>2026-05-21</forespoerselssdato>
    <kilde>helse</kilde>
    <avsendersSaksreferanse>ref-{0}</avsendersSaksreferanse>
    <avsendersSaksbehandler>{1}</avsendersSaksbehandler>
    <doedPerson>
      <foedselsnummer>{3}</foedselsnummer>
      <doedsdato>2026-05-20</doedsdato>
    </doedPerson>
    <innsender>
      <institusjon>
        <virksomhet>{2}</virksomhet>
        <avdeling>{1}</avdeling>
      </institusjon>
      <kontaktinformasjon>
        <ePostadresse>kontakt@example.org</ePostadresse>
        <telefonnummer>+47 00 00 00 00</telefonnummer>
      </kontaktinformasjon>
      <identifikasjon>{3}</identifikasjon>
    </innsender>
  </forespoersel>
</meldingOmDoedsfall>
)",
      identifier, kClerk, kHospital, number);
}

std::string Annulment(std::string_view identifier, std::string_view number) {
  return fmt::format(
      R"(<?xml version="1.0" encoding="UTF-8"?>
<meldingOmAnnulleringAvDoedsfall xmlns="folkeregisteret:melding:annulleringavdoedsfall:v1">
  <innsending>
    <avsendersMeldingsidentifikator>{0}</avsendersMeldingsidentifikator>
    <avsendersInnsendingstidspunkt>2026-05-22T09:30:00+02:00</avsendersInnsendingstidspunkt>
  </innsending>
  <forespoersel>
    <forespoerselssdato>2026-05-22</forespoerselssdato>
    <kilde>helse</kilde>
    <avsendersSaksreferanse>ref-{0}</avsendersSaksreferanse>
    <avsendersSaksbehandler>{1}</avsendersSaksbehandler>
    <levendePerson>
      <foedselsnummer>{2}</foedselsnummer>
    </levendePerson>
  </forespoersel>
</meldingOmAnnulleringAvDoedsfall>
)",
      identifier, kClerk, number);
}

std::string EstateContact(std::string_view identifier, std::string_view number) {
  return fmt::format(
      R"(<?xml version="1.0" encoding="UTF-8"?>
<meldingOmKontakopplysningerForDoedsbo xmlns="folkeregisteret:melding:endringavkontaktopplysningerfordoedsbo:v1">
  <innsending>
    <avsendersMeldingsidentifikator>{0}</avsendersMeldingsidentifikator>
    <avsendersInnsendingstidspunkt>2026-05-23T09:30:00+02:00</avsendersInnsendingstidspunkt>
  </innsending>
  <forespoersel>
    <avdoed>
      <foedselsEllerDNummer>{2}</foedselsEllerDNummer>
    </avdoed>
    <kontaktinformasjon>
      <advokat>
        <personnavn>
          <fornavn>{1}</fornavn>
          <etternavn>{1}</etternavn>
        </personnavn>
        <organisasjonsnummer>310943223</organisasjonsnummer>
      </advokat>
      <adresse>
        <adresselinje>Postboks 42</adresselinje>
        <poststedsnavn>Tromsø</poststedsnavn>
        <postnummer>9251</postnummer>
      </adresse>
    </kontaktinformasjon>
    <avsender>
      <virksomhetsnavn>Eksempel tingrett</virksomhetsnavn>
      <avsendersSaksreferanse>ref-{0}</avsendersSaksreferanse>
      <saksbehandler>
        <fornavn>{1}</fornavn>
        <etternavn>{1}</etternavn>
      </saksbehandler>
      <ePostTilSaksbehandler>tingrett@example.org</ePostTilSaksbehandler>
    </avsender>
    <skifteform>offentlig</skifteform>
    <attestutstedelsesdato>2026-05-22</attestutstedelsesdato>
  </forespoersel>
</meldingOmKontakopplysningerForDoedsbo>
)",
      identifier, kClerk, number);
}

std::vector<HostileLetter> HostileLetters(std::string_view number) {
  const std::string good = DeathNotice(fmt::format("fiendtlig-{}", number), number);
  // What a refusal may be tempted to quote: a name of XML too, but for its blank.
  const std::string both = fmt::format("Qvistrupsen{}", number);
  const auto with = [&](std::string_view what, const std::string& instead) {
    return Replaced(good, what, instead);
  };
  const std::string date = "<doedsdato>2026-05-20</doedsdato>";
  return {
      {"value.xml", with(date, "<doedsdato>" + both + "</doedsdato>")},
      {"element.xml", with(date, date + "<" + both + ">" + both + "</" + both + ">")},
      {"attribute.xml", with("<doedPerson>", "<doedPerson " + both + "='" + both + "'>")},
      {"namespace.xml", with("folkeregisteret:melding:doedsfall:v1", "urn:" + both)},
      {"root.xml", "<" + both + " xmlns='urn:" + both + "'/>"},
      {"doctype.xml", with("?>", "?><!DOCTYPE " + both + " [<!ENTITY x SYSTEM '" + both + "'>]>")},
      {"entity.xml", with(date, "&" + both + ";")},
      {"prefix.xml", with(date, "<" + both + ":x/>")},
      {"end-tag.xml", with("</doedPerson>", "</" + both + ">")},
      {"instruction.xml", with(date, "<?xml " + both + "?>")},
      {"broken.xml", with(date, "<doedsdato>" + both + "<" + both)},
      {"bytes.xml", with(date, "<doedsdato>" + both + "\xff</doedsdato>")},
      {"type.xml", with("<doedPerson>",
                        "<doedPerson xmlns:i='http://www.w3.org/2001/"
                        "XMLSchema-instance' i:type='" +
                            both + "'>")},
      {"blank.xml", with(fmt::format(">fiendtlig-{}<", number), "> <")},
      {"long-identifier.xml",
       with(fmt::format("fiendtlig-{}", number), std::string(5000, 'x') + std::string(number))},
      {fmt::format("Qvistrupsen {} mangler.txt", number), std::string(kClerk)},
  };
}

}  // namespace utboks::testing
