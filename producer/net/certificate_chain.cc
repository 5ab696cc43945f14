#include "producer/net/certificate_chain.h"

#include <openssl/x509_vfy.h>

#include <chrono>
#include <memory>

#include "producer/net/certificate_facts.h"
#include "producer/net/openssl_types.h"

namespace utboks {
namespace {

using TrustPtr = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using WalkPtr = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};

int ForgiveOurDates(int ok, X509_STORE_CTX* walk) {
  const int error = X509_STORE_CTX_get_error(walk);
  const bool dates = error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
  return ok == 1 || (dates && X509_STORE_CTX_get_error_depth(walk) == 0) ? 1 : 0;
}

}  // namespace

ChainFacts FollowChain(X509* certificate, std::span<X509* const> beside,
                       std::span<X509* const> authorities, WallTime now) {
  ChainFacts facts;
  facts.problem = "out of memory";
  const TrustPtr trusted(X509_STORE_new());
  const WalkPtr walk(X509_STORE_CTX_new());
  const std::unique_ptr<STACK_OF(X509), FreeStack> others(sk_X509_new_null());
  bool made = trusted && walk && others;
  for (X509* authority : authorities) {
    made = made && X509_STORE_add_cert(trusted.get(), authority) == 1;
  }
  if (made && authorities.empty()) made = X509_STORE_set_default_paths(trusted.get()) == 1;
  for (X509* link : beside) {
    made = made && sk_X509_push(others.get(), link) > 0;
  }
  if (!made || X509_STORE_CTX_init(walk.get(), trusted.get(), certificate, others.get()) != 1) {
    ERR_clear_error();
    return facts;
  }
  X509_STORE_CTX_set_time(walk.get(), 0, std::chrono::system_clock::to_time_t(now));
  // An authority of ca_file need not be a root.
  X509_STORE_CTX_set_flags(walk.get(), X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE_CTX_set_verify_cb(walk.get(), ForgiveOurDates);
  facts.complete = X509_verify_cert(walk.get()) == 1;
  facts.problem =
      facts.complete ? "" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(walk.get()));
  STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(walk.get());
  facts.links = chain == nullptr ? 0 : sk_X509_num(chain);
  X509* const end = facts.links == 0 ? certificate : sk_X509_value(chain, facts.links - 1);
  facts.last = NameOf(facts.complete ? X509_get_subject_name(end) : X509_get_issuer_name(end));
  ERR_clear_error();
  return facts;
}

}  // namespace utboks
