#include "server/http/connection_pool.h"

#include <utility>

namespace moduled::server {

ConnectionPool::ConnectionPool(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

void ConnectionPool::enqueue(std::function<void()> connection) {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &ConnectionPool::HasThread));
  accepted_.push_back(std::move(connection));
}

void ConnectionPool::shutdown() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void ConnectionPool::Run() {
  while (true) {
    std::function<void()> connection;
    {
      absl::MutexLock lock(&mutex_);
      ++idle_;
      mutex_.Await(absl::Condition(this, &ConnectionPool::HasWork));
      --idle_;
      if (accepted_.empty()) return;
      connection = std::move(accepted_.front());
      accepted_.pop_front();
    }
    connection();
  }
}

}  // namespace moduled::server
