"""A pacer on a clock of its own."""


class Run:
    """`sent` are the datagrams with the moments at which they went."""

    def __init__(self, pacer, *, tick=0.01):
        self.pacer = pacer
        self.now = 0.0
        self.sent = []
        self._tick = tick

    def until(self, moment, *, more=0.0, room=lambda: True):
        while self.now < moment - 1e-9:
            self.now += self._tick
            self.pacer.look(self.now, more)
            while (datagram := self.pacer.due) is not None:
                self.pacer.sent()
                self.sent.append((self.now, b"".join(datagram.parts)))

    def drain(self):
        while self.pacer.wait is not None:
            self.until(self.now + 0.1)

    @property
    def data(self):
        return b"".join(data for _, data in self.sent)

    def leads(self, made):
        """Of each datagram: the true second of its last packet of the stream minus the moment at which it went."""
        last = len(made.times) - 1
        return [made.times[min(index * 7 + 6, last)] - now for index, (now, _) in enumerate(self.sent)]


def most_ahead(leads):
    """By how much the lead ever rose: that much was sent ahead of real time."""
    lowest, most = leads[0], 0.0
    for lead in leads:
        lowest = min(lowest, lead)
        most = max(most, lead - lowest)
    return most
