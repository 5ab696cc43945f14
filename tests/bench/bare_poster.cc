#include "tests/bench/bare_poster.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/StreamCopier.h>

#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

namespace utboks::bench::bare {

namespace net = Poco::Net;

void Post(const Register& to, std::span<const Letter> letters, int threads, double rate,
          std::atomic<std::int64_t>& answered) {
  const net::Context::Ptr context(new net::Context(net::Context::TLS_CLIENT_USE, to.key,
                                                   to.certificate, to.authority,
                                                   net::Context::VERIFY_RELAXED));
  const auto start = std::chrono::steady_clock::now();
  std::atomic<std::size_t> next{0};
  const auto send = [&] {
    net::HTTPSClientSession session("127.0.0.1", to.port, context);
    session.setKeepAlive(true);
    session.setKeepAliveTimeout(Poco::Timespan(3'600, 0));
    net::HTTPRequest request("POST", "/folkeregisteret/mottak/api/doedsfall_v1", "HTTP/1.1");
    request.setContentType("application/xml; charset=UTF-8");
    request.set("Accept", "application/xml");
    request.set("User-Agent", "bare");
    std::string answer;
    for (std::size_t i = next++; i < letters.size(); i = next++) {
      if (rate > 0) {
        const std::chrono::duration<double> slot(static_cast<double>(i) / rate);
        std::this_thread::sleep_until(
            start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(slot));
      }
      const std::string& document = letters[i].document;
      request.setContentLength(static_cast<std::streamsize>(document.size()));
      session.sendRequest(request) << document;
      net::HTTPResponse response;
      answer.clear();
      Poco::StreamCopier::copyToString(session.receiveResponse(response), answer);
      if (response.getStatus() != 202) std::abort();
      ++answered;
    }
  };
  std::vector<std::jthread> pool;
  for (int i = 0; i < threads; ++i) pool.emplace_back(send);
}

}  // namespace utboks::bench::bare
