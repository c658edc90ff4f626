#include "tools/load/figures/figures.h"

namespace cowrite::load {

void Figures::add(const Figures& other) {
  acknowledged += other.acknowledged;
  all_acknowledged += other.all_acknowledged;
  delivered += other.delivered;
  presences_sent += other.presences_sent;
  presences_delivered += other.presences_delivered;
  presences_refused += other.presences_refused;
  acks.add(other.acks);
  deliveries.add(other.deliveries);
  lost_connections += other.lost_connections;
  cuts += other.cuts;
  resubmissions += other.resubmissions;
  fetches += other.fetches;
  returns.add(other.returns);
}

}  // namespace cowrite::load
