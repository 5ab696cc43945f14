// Who is told of the history: a place in it that moves only when it is confirmed.
#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

class ReceiversTest : public StoreTest {
 protected:
  Receiver See(const std::string& name) {
    const Result<Receiver> receiver = store_->OpenReceiver(name);
    EXPECT_TRUE(receiver.ok()) << receiver.status().text();
    return receiver.ok() ? *receiver : Receiver{};
  }
};

TEST_P(ReceiversTest, ANewOneBeginsWithWhatHappensFromNowOn) {
  Put(Row("a"));
  Put(Row("b"));
  const std::int64_t last = store_->Look()->last_event;
  EXPECT_EQ(See("amqp").position, last);
  EXPECT_EQ(See("amqp").last_event, last);
  Put(Row("c"));
  EXPECT_EQ(See("amqp").position, last) << "and then stands where it is";
  EXPECT_EQ(store_->Events(last, 0, std::nullopt)->size(), 1U);
}

TEST_P(ReceiversTest, ItMovesFromWhereItIsAndFromNowhereElse) {
  const std::int64_t begin = See("amqp").position;
  for (const char* name : {"a", "b", "c"}) Put(Row(name));
  clock_.Advance(Millis(50));
  ASSERT_TRUE(store_->ConfirmEvents("amqp", begin, begin + 2).ok());
  EXPECT_EQ(See("amqp").position, begin + 2);
  EXPECT_EQ(See("amqp").moved, clock_.Wall());
  EXPECT_EQ(store_->ConfirmEvents("amqp", begin, begin + 3).code(), Code::kConflict);
  EXPECT_EQ(store_->ConfirmEvents("nobody", begin, begin + 3).code(), Code::kConflict);
  EXPECT_EQ(See("amqp").position, begin + 2);
  EXPECT_EQ(See("another").position, begin + 3) << "each has its own";
  EXPECT_EQ(store_->ListReceivers()->size(), 2U);
}

TEST_P(ReceiversTest, APersonMovesItBackAndThatIsHistory) {
  const std::int64_t begin = See("amqp").position;
  Put(Row("a"));
  ASSERT_TRUE(store_->ConfirmEvents("amqp", begin, begin + 1).ok());
  ASSERT_TRUE(store_->MoveReceiver("amqp", begin, "cli:kari").ok());
  EXPECT_EQ(See("amqp").position, begin);
  EXPECT_EQ(store_->MoveReceiver("nobody", 0, "cli:kari").code(), Code::kNotFound);
  const EventView last = store_->Events(begin + 1, 0, std::nullopt)->back();
  EXPECT_EQ(last.event, "receiver-moved");
  EXPECT_EQ(last.actor, "cli:kari");
  EXPECT_EQ(last.message, Uuid{});
}

TEST_P(ReceiversTest, TheStreamHasANameThatIsTheStores) {
  const Result<StreamName> first = store_->Stream();
  ASSERT_TRUE(first.ok()) << first.status().text();
  EXPECT_EQ(first->store.size(), 36U);
  if (!maker_->durable()) return;
  Open();
  EXPECT_EQ(store_->Stream()->store, first->store);
  EXPECT_EQ(store_->Stream()->epoch, first->epoch);
}

TEST_P(ReceiversTest, EventsCarryWhatTheCallerGaveAndTheReceipt) {
  NewRow row = Row("a");
  row.correlation = SensitiveText("sak 7");
  const Uuid id = Put(row).id;
  SendOne(Accepted("ref-9"));
  const Result<std::vector<EventView>> events = store_->Events(0, 0, std::nullopt);
  ASSERT_EQ(events->size(), 2U);
  for (const EventView& event : *events) {
    EXPECT_EQ(event.message, id);
    EXPECT_EQ(event.correlation.reveal(), "sak 7");
    EXPECT_EQ(event.identifikator.reveal(), "a");
  }
  EXPECT_EQ((*events)[0].event, "queued");
  EXPECT_EQ((*events)[0].reference, "");
  EXPECT_EQ((*events)[1].event, "accepted");
  EXPECT_EQ((*events)[1].reference, "ref-9");
  EXPECT_EQ(store_->Events(0, 0, id)->back().reference, "ref-9");
}

UTBOKS_INSTANTIATE_STORES(ReceiversTest);

}  // namespace
}  // namespace utboks::testing
