import { left } from 'not-there/pad'

export default left
