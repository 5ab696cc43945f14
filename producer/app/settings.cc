#include "producer/app/settings.h"

#include <algorithm>

#include "producer/app/setting_rows.h"

namespace utboks::app {

std::span<const Setting> AllSettings() {
  static const std::vector<Setting> all = [] {
    std::vector<Setting> joined;
    for (const auto rows : {RegisterRows(), OutboxRows(), ChecksRows(), DeliveryRows(),
                            NoticesRows(), AmqpRows(), LaterRows()}) {
      joined.insert(joined.end(), rows.begin(), rows.end());
    }
    return joined;
  }();
  return all;
}

const Setting* FindSetting(std::string_view section, std::string_view key) {
  const auto all = AllSettings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Setting& setting) {
    return setting.section == section && setting.key == key;
  });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace utboks::app
