export default { dialect: 'mysql', schema: './schema', dbCredentials: { url: 'mysql://app:secret@localhost/shop' } }
