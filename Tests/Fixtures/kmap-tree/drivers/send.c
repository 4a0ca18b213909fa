struct sender {
	void *buffers[4];
};

static int start(struct sender *sender, struct page *page, int n)
{
	void *data = kmap(page);

	if (!data)
		return -ENOMEM;
	sender->buffers[n] = data;
	return 0;
}

static void later(struct work *work, struct page *page)
{
	char *data;

	data = kmap(page);
	queue_work(work, data);
	kunmap(page);
}

static void map_only(struct page *page)
{
	u8 *data = kmap(page);

	data[0] = 1;
}

static u8 first_byte(struct page *page)
{
	u8 *data = kmap_local_page(page), byte = data[0];

	kunmap_local(data);
	return byte;
}

static u8 sum(struct page *page)
{
	u8 *data = kmap(page);
	u8 sum = data[0] + data[1];

	kunmap(page);
	return sum;
}
