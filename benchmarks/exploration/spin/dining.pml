/* Philosophers who take the left fork first. */
byte fork[N];
proctype dine(byte i) {
  atomic { fork[i] == 0 -> fork[i] = 1 }
  atomic { fork[(i + 1) % N] == 0 -> fork[(i + 1) % N] = 1 }
  fork[(i + 1) % N] = 0;
  fork[i] = 0
}
init { atomic { byte i = 0; do :: i < N -> run dine(i); i++ :: else -> break od } }
